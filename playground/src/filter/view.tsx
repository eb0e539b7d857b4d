import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { stopCamera } from './camera.js';
import { ComparePanel } from './compare-panel.js';
import { startComputing } from './compute.js';
import { KernelPanel } from './kernel-panel.js';
import { OptionsPanel } from './options-panel.js';
import { PicturePanel } from './picture-panel.js';
import { PixelPanel } from './pixel-panel.js';
import { PlanPanel } from './plan-panel.js';
import { startReading } from './samples.js';
import { followScene, openPicture } from './sources.js';
import { Stage } from './stage.js';
import { Steps } from './steps.js';
import { t } from './strings.js';
import { TakePanel } from './take-panel.js';
import './filter.css';

/** A kernel slides over an image. */
export function FilterView() {
  const over = useSignal(false);
  useEffect(() => {
    const ends = [followScene(), startComputing(), startReading()];
    const paste = (event: ClipboardEvent) => {
      const [file] = event.clipboardData?.files ?? [];
      if (file) void openPicture(file);
    };
    addEventListener('paste', paste);
    return () => {
      removeEventListener('paste', paste);
      stopCamera();
      for (const end of ends) end();
    };
  }, []);
  return (
    // a file dropped anywhere on the view becomes its image
    // biome-ignore lint/a11y/noStaticElementInteractions: the button "Open a file" does the same by keyboard
    <div
      class="filter-view"
      data-over={over.value}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        const [file] = event.dataTransfer?.files ?? [];
        if (file) void openPicture(file);
      }}
    >
      <h1>{t('title')}</h1>
      <p class="lead">{t('lead')}</p>
      <div class="filter-layout">
        <div class="filter-main">
          <div class="filter-stage stack">
            <Stage />
            <PixelPanel />
          </div>
          <div class="filter-steps stack">
            <Steps />
            <PlanPanel />
          </div>
        </div>
        <div class="filter-panels">
          <div class="filter-controls stack">
            <PicturePanel />
            <KernelPanel />
            <ComparePanel />
          </div>
          <div class="filter-side stack">
            <OptionsPanel />
            <TakePanel />
          </div>
        </div>
      </div>
      {over.value && <div class="drop-hint">{t('drop')}</div>}
    </div>
  );
}
