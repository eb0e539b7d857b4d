import { useEffect, useRef } from 'preact/hooks';
import { Pad, PadButtons } from '../digits/pad.js';
import { cameraOn, startCamera, stopCamera } from '../filter/camera.js';
import { FileButton } from '../parts/file-button.js';
import { Small } from './class-card.js';
import { lookAt, picture, prepare, strokes, takeDigits, trouble } from './state.js';
import { t } from './strings.js';

/** Side length of the square that is cut out of the middle of the camera's image. */
const EDGE = 256;

/** The input of the network: the camera's image or a drawing, and its 32 × 32 pixels. */
export function SourcePanel() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => stopCamera, []);
  const look = async (frame: VideoFrame | ImageBitmap) => {
    const [width, height] = 'displayWidth' in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
    const edge = Math.min(width, height);
    const context = canvas.current?.getContext('2d', { willReadFrequently: true });
    context?.drawImage(frame, (width - edge) / 2, (height - edge) / 2, edge, edge, 0, 0, EDGE, EDGE);
    frame.close();
    if (context) picture.value = await prepare(context.getImageData(0, 0, EDGE, EDGE));
  };
  const open = () => {
    strokes.value = [];
    void startCamera(look, (text) => {
      trouble.value = text;
    });
  };
  const close = () => {
    stopCamera();
    picture.value = undefined;
  };
  const cleared = () => {
    if (strokes.value.length === 0) picture.value = undefined;
  };
  const live = cameraOn.value;
  return (
    <section class="panel stack own-source" aria-labelledby="own-source" data-panel="pictures">
      <h2 id="own-source">{t('source')}</h2>
      <div class="own-in">
        <canvas ref={canvas} class="own-camera" width={EDGE} height={EDGE} hidden={!live} role="img" aria-label={t('camera')} />
        {!live && <Pad strokes={strokes} name={t('draw')} onDraw={cleared} />}
        <figure>
          {picture.value ? <Small bytes={picture.value} label={t('sees')} /> : <div class="own-small own-none" />}
          <figcaption class="faint">{t('sees')}</figcaption>
        </figure>
      </div>
      <div class="row">
        <button type="button" class="button" aria-pressed={live} onClick={live ? close : open}>
          {t(live ? 'cameraOff' : 'camera')}
        </button>
        {!live && <PadButtons strokes={strokes} name={t('draw')} onDraw={cleared} />}
        <FileButton accept="image/*" onFiles={([file]) => lookAt(file)}>
          {t('file')}
        </FileButton>
        <button type="button" class="button" onClick={takeDigits}>
          {t('digits')}
        </button>
      </div>
    </section>
  );
}
