import { FILTER_OPTIONS } from 'convlab';
import { useId } from 'preact/hooks';
import { Select } from '../parts/select.js';
import { Slider } from '../parts/slider.js';
import { Switch } from '../parts/switch.js';
import { SHOWN_OUTPUTS } from './kernel-choice.js';
import { alphaChoice, borderValue, dilation, entry, linear, mode, output, outputChoice, padding, stride } from './state.js';
import { t } from './strings.js';

const OUTPUT_NAMES = { clamp: 'clamp', signed: 'signed', abs: 'abs', normalize: 'normalizeOutput' } as const;
const ALPHA_NAMES = { premultiply: 'premultiply', ignore: 'ignore', filter: 'alphaFilter' } as const;

/** How the kernel slides, and how its sums become an image. */
export function OptionsPanel() {
  const single = !entry.value || 'make' in entry.value;
  const padded = padding.value !== 'valid' && padding.value !== 0;
  return (
    <section class="panel stack options-panel" aria-labelledby="place-title" data-panel="place">
      <h2 id="place-title">{t('place')}</h2>
      {single && (
        <>
          <div class="pair">
            <Slider label={t('stride')} value={stride} min={1} max={8} />
            <Slider label={t('dilation')} value={dilation} min={1} max={8} />
          </div>
          <PaddingSelect />
        </>
      )}
      <div class="swatched">
        <span class="swatch" data-mode={mode.value} aria-hidden="true" />
        <Select label={t('mode')} value={mode} disabled={single && !padded} options={FILTER_OPTIONS.paddingMode.words.map((each) => [each, t(each)])} />
      </div>
      {single && padded && mode.value === 'constant' && <Slider label={t('value')} value={borderValue} min={0} max={255} />}
      <h3>{t('result')}</h3>
      <Select
        label={t('output')}
        value={outputChoice}
        options={[['auto', t('auto', { name: t(OUTPUT_NAMES[output.value]) })], ...SHOWN_OUTPUTS.map((each) => [each, t(OUTPUT_NAMES[each])] as const)]}
      />
      {single && (
        <>
          <Select
            label={t('alpha')}
            value={alphaChoice}
            options={[['auto', t('alphaAuto')], ...FILTER_OPTIONS.alpha.words.map((each) => [each, t(ALPHA_NAMES[each])] as const)]}
          />
          <Switch label={t('linear')} value={linear} />
        </>
      )}
    </section>
  );
}

const MOST_CELLS = 12;

function PaddingSelect() {
  const id = useId();
  const cells = Array.from({ length: MOST_CELLS }, (_, i) => i + 1);
  return (
    <div class="field">
      <label for={id}>{t('padding')}</label>
      <select
        id={id}
        value={String(padding.value)}
        onChange={({ currentTarget: { value } }) => {
          padding.value = value === 'same' || value === 'valid' || value === 'full' ? value : Number(value);
        }}
      >
        {(['same', 'valid', 'full'] as const).map((each) => (
          <option key={each} value={each} selected={each === padding.value}>
            {t(each)}
          </option>
        ))}
        {cells.map((n) => (
          <option key={n} value={n} selected={n === padding.value}>
            {t('cells', { n })}
          </option>
        ))}
      </select>
    </div>
  );
}
