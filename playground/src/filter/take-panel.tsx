import { useSignal } from '@preact/signals';
import { formatKernel, type KernelDocument } from 'convlab';
import { run } from '../engine/engine.js';
import { CopyButton } from '../parts/copy-button.js';
import { Notice } from '../parts/notice.js';
import { complaintIn } from '../shell/complaints.js';
import { codeOf } from './code.js';
import { result } from './compute.js';
import { CUSTOM } from './kernel-choice.js';
import { entry, kernel, kernelName, options, parameters, rows, values } from './state.js';
import { t } from './strings.js';

/** The kernel, and its options in a file format. */
function documentOf(): KernelDocument {
  const { tensor } = kernel.value;
  if (!tensor) throw new Error(t('operation'));
  const { scale, bias, paddingMode, flip, linear, stride, dilation } = options.value;
  if (stride !== 1 || dilation !== 1) throw new Error(t('noWord'));
  return {
    kernel: tensor,
    ...(scale !== undefined && { scale }),
    ...(bias && { bias }),
    ...(paddingMode && { paddingMode }),
    ...(flip && { flip }),
    ...(linear && { linear }),
  };
}

/** Exports the image, or the kernel in other formats. */
export function TakePanel() {
  const failure = useSignal('');
  const said = (error: Error) => {
    failure.value = t('cannotSay', { reason: complaintIn(error.message) });
  };
  const notSaved = (error: Error) => {
    failure.value = t('notSaved', { reason: complaintIn(error.message) });
  };
  const clear = () => {
    failure.value = '';
  };
  const code = () =>
    codeOf({
      name: kernelName.value === CUSTOM ? undefined : kernelName.value,
      entry: entry.value,
      values: parameters.value.length ? values.value : [],
      rows: rows.value,
      options: options.value,
    });
  return (
    <section class="panel stack take-panel" aria-labelledby="take-title" data-panel="take">
      <h2 id="take-title">{t('take')}</h2>
      <div class="row chips">
        <button type="button" class="button primary" disabled={!result.value} onClick={() => void download().catch(notSaved)}>
          {t('download')}
        </button>
        <CopyButton label={t('copyCode')} text={code} before={clear} onFailure={said} />
        <CopyButton label={t('copyJson')} text={() => formatKernel(documentOf(), 'json')} before={clear} onFailure={said} />
        <CopyButton label={t('copySvg')} text={() => formatKernel(documentOf(), 'svg')} before={clear} onFailure={said} />
      </div>
      {failure.value && (
        <Notice kind="warning" onClose={clear}>
          {failure.value}
        </Notice>
      )}
      {kernel.value.tensor && <pre class="code">{code()}</pre>}
    </section>
  );
}

/** The result as a PNG file. */
async function download(): Promise<void> {
  const done = result.peek();
  if (!done) return;
  const { value: blob } = await run('png', done.id);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `convlab-${kernelName.peek()}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
