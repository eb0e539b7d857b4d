import { useRef } from 'preact/hooks';
import { Notice } from '../parts/notice.js';
import { cameraOn, stopCamera } from './camera.js';
import { pictureNotice } from './picture.js';
import { PHOTO, SCENES } from './scenes.js';
import { isOwn, openCamera, openPicture, showScene } from './sources.js';
import { scene } from './state.js';
import { t } from './strings.js';

/** Chooses the image. */
export function PicturePanel() {
  const file = useRef<HTMLInputElement>(null);
  const notice = pictureNotice.value;
  return (
    <section class="panel stack" aria-labelledby="picture-title" data-panel="picture">
      <h2 id="picture-title">{t('picture')}</h2>
      <fieldset class="row chips" aria-label={t('scene')}>
        {([...SCENES, PHOTO] as const).map((name) => (
          <button type="button" class="button" key={name} aria-pressed={!isOwn.value && scene.value === name} onClick={() => void showScene(name)}>
            {t(name)}
          </button>
        ))}
      </fieldset>
      <div class="row chips">
        <button type="button" class="button" onClick={() => file.current?.click()}>
          {t('open')}
        </button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          class="unseen"
          tabIndex={-1}
          aria-label={t('open')}
          onChange={({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? [];
            if (chosen) void openPicture(chosen);
            currentTarget.value = '';
          }}
        />
        {cameraOn.value ? (
          <button type="button" class="button primary" onClick={stopCamera}>
            {t('freeze')}
          </button>
        ) : (
          <button type="button" class="button" onClick={() => void openCamera()}>
            {t('camera')}
          </button>
        )}
      </div>
      {scene.value === PHOTO && !isOwn.value && <p class="hint">{t('photoBy')}</p>}
      <p class="hint">{t('bring')}</p>
      {notice && (
        <Notice
          kind={notice.kind}
          onClose={() => {
            pictureNotice.value = undefined;
          }}
        >
          {notice.text}
        </Notice>
      )}
    </section>
  );
}
