import { FileButton } from '../parts/file-button.js';
import { flushUrl, linkTo } from '../shell/url.js';
import { load, opened, save, trainOn } from './state.js';
import { t } from './strings.js';

/** Saves and loads weights, and loads other digits. */
export function FilesPanel() {
  const ready = opened.value !== undefined;
  const download = async () => {
    const url = URL.createObjectURL(await asFile());
    const link = Object.assign(document.createElement('a'), { href: url, download: 'digits.safetensors' });
    link.click();
    // the download has started by then
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const look = async () => {
    const [file, { source }] = await Promise.all([asFile(), import('../network/state.js')]);
    source.value = { url: URL.createObjectURL(file), name: file.name };
    flushUrl();
    location.hash = linkTo('network');
  };
  return (
    <section class="panel stack train-files" aria-labelledby="train-files" data-panel="files">
      <h2 id="train-files">{t('files')}</h2>
      <div class="row">
        <button type="button" class="button" disabled={!ready} onClick={download}>
          {t('save')}
        </button>
        <FileButton accept=".safetensors" onFiles={([file]) => load(file)}>
          {t('load')}
        </FileButton>
        <button type="button" class="button" disabled={!ready} onClick={look}>
          {t('look')}
        </button>
        <FileButton multiple onFiles={trainOn}>
          {t('fullSet')}
        </FileButton>
      </div>
      <p class="faint train-hint">{t('fullHint')}</p>
    </section>
  );
}

async function asFile(): Promise<File> {
  return new File([(await save()) as Uint8Array<ArrayBuffer>], 'digits.safetensors', { type: 'application/octet-stream' });
}
