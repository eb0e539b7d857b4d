import { render } from 'preact';
import { startEngine } from './engine/engine.js';
import { App } from './shell/app.js';
import { followUrl } from './shell/url.js';
import './shell/theme.js';
import './shell/page.css';

followUrl();
startEngine();
render(<App />, document.getElementById('app') as HTMLElement);
