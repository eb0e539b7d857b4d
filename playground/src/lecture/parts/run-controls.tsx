import { Notice } from '../../parts/notice.js';
import type { Run } from '../../train/run.js';
import { say } from '../say.js';

/** Train, pause, one step, start over. */
export function RunControls({ runs, single = false }: { readonly runs: readonly Run[]; readonly single?: boolean }) {
  const ready = runs.every(({ opened }) => opened.value !== undefined);
  const running = runs.some((each) => each.running.value);
  const failure = runs.find((each) => each.failure.value)?.failure.value;
  const all = (what: (run: Run) => void) => () => {
    for (const each of runs) what(each);
  };
  return (
    <>
      <div class="row lec-controls">
        <button type="button" class="button primary" disabled={!ready} onClick={all((each) => (running ? each.pause() : each.start()))}>
          <span aria-hidden="true">{running ? '❚❚' : '▶'}</span> {running ? say(['Pause', '暂停']) : say(['Train', '训练'])}
        </button>
        {single && (
          <button type="button" class="button" disabled={!ready || running} onClick={all((each) => each.one())}>
            {say(['One step', '走一步'])}
          </button>
        )}
        <button type="button" class="button" disabled={!ready} onClick={all((each) => each.startOver())}>
          {say(['Start over', '重新开始'])}
        </button>
        <output class="lec-step">
          {ready ? say(['step {step}', '第 {step} 步'], { step: Math.max(...runs.map(({ step }) => step.value)) }) : say(['getting ready …', '准备中……'])}
        </output>
      </div>
      {failure && <Notice kind="error">{failure}</Notice>}
    </>
  );
}
