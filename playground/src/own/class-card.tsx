import { useEffect, useRef } from 'preact/hooks';
import { cameraOn } from '../filter/camera.js';
import { FileButton } from '../parts/file-button.js';
import { BYTES, SIZE } from './protocol.js';
import { addFiles, addPicture, classes, type OwnClass, picture, removeClass, removePicture, rename, strokes } from './state.js';
import { t } from './strings.js';

/** Images per second while the button is held. */
const RATE = 8;
/** Number of images that a card shows; they are the newest. */
const SHOWN = 12;

/** A class: its name, its images, and the ways to add more. */
export function ClassCard({ at, own: { name, pictures } }: { readonly at: number; readonly own: OwnClass }) {
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const release = () => {
    clearInterval(timer.current);
    timer.current = undefined;
  };
  useEffect(() => release, []);
  const add = () => {
    if (picture.peek()) addPicture(at, picture.peek() as Uint8Array);
  };
  const hold = () => {
    release();
    add();
    timer.current = setInterval(add, 1000 / RATE);
  };
  const addDrawing = () => {
    add();
    [strokes.value, picture.value] = [[], undefined];
  };
  const first = Math.max(0, pictures.length - SHOWN);
  const live = cameraOn.value;
  return (
    <section class="panel stack own-class" aria-label={name}>
      <div class="row">
        <input
          class="own-name"
          aria-label={t('nameOf', { n: at + 1 })}
          value={name}
          maxLength={24}
          onInput={({ currentTarget }) => rename(at, currentTarget.value)}
        />
        <span class="faint own-count">{t('count', { n: pictures.length })}</span>
        {classes.value.length > 2 && (
          <button type="button" class="button square" aria-label={t('removeClass', { name })} onClick={() => removeClass(at)}>
            ×
          </button>
        )}
      </div>
      <ul class="own-pictures">
        {pictures.slice(first).map((bytes, i) => (
          <li key={first + i}>
            <button type="button" aria-label={t('removePicture', { i: first + i + 1, name })} onClick={() => removePicture(at, first + i)}>
              <Small bytes={bytes} />
            </button>
          </li>
        ))}
      </ul>
      <div class="row">
        {live ? (
          <button
            type="button"
            class="button primary own-hold"
            aria-label={t('takeFor', { what: t('take'), name })}
            disabled={!picture.value}
            onPointerDown={hold}
            onPointerUp={release}
            onPointerCancel={release}
            onPointerLeave={release}
            onKeyDown={({ key }) => (key === ' ' || key === 'Enter') && add()}
          >
            {t('take')}
          </button>
        ) : (
          <button type="button" class="button primary" aria-label={t('takeFor', { what: t('takeOne'), name })} disabled={!picture.value} onClick={addDrawing}>
            {t('takeOne')}
          </button>
        )}
        <FileButton accept="image/*" multiple label={t('takeFor', { what: t('files'), name })} onFiles={(files) => addFiles(at, files)}>
          {t('files')}
        </FileButton>
      </div>
    </section>
  );
}

/** A prepared image in its original pixels. @param bytes planes of red, green and blue */
export function Small({ bytes, label = '' }: { readonly bytes: Uint8Array; readonly label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const area = BYTES / 3;
    const data = new Uint8ClampedArray(4 * area);
    for (let i = 0; i < area; i++) data.set([bytes[i], bytes[area + i], bytes[2 * area + i], 255], 4 * i);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(data, SIZE, SIZE), 0, 0);
  }, [bytes]);
  return (
    <canvas ref={canvas} class="own-small" width={SIZE} height={SIZE} role={label ? 'img' : undefined} aria-label={label || undefined} aria-hidden={!label} />
  );
}
