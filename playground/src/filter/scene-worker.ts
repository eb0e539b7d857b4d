// Paints a scene beside the page, which would stand still meanwhile.
import { paintScene, type Scene } from './scenes.js';

addEventListener('message', ({ data }: MessageEvent<Scene>) => postMessage(paintScene(data)));
