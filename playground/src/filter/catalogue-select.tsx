import { computed, type ReadonlySignal, type Signal } from '@preact/signals';
import { type CatalogueEntry, catalogue } from 'convlab';
import { useId, useMemo } from 'preact/hooks';
import { Slider } from '../parts/slider.js';
import { nameOf, parameterName } from './names.js';
import { SLIDERS } from './parameters.js';
import { t } from './strings.js';

const GROUP_NAMES = { blur: 'blur', sharpen: 'sharpenGroup', relief: 'relief', edges: 'edges', texture: 'texture' } as const;

interface CatalogueSelectProps {
  readonly label: string;
  readonly value: string;
  /** Additional choices before the entries. */
  readonly others: readonly (readonly [value: string, name: string])[];
  readonly onChange: (value: string) => void;
}

/** The entries of the catalogue, by group. */
export function CatalogueSelect({ label, value, others, onChange }: CatalogueSelectProps) {
  const id = useId();
  const groups = [...new Set(Object.values(catalogue).map(({ group }) => group))];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {others.map(([each, name]) => (
          <option key={each} value={each} selected={each === value}>
            {name}
          </option>
        ))}
        {groups.map((group) => (
          <optgroup key={group} label={t(GROUP_NAMES[group])}>
            {Object.keys(catalogue)
              .filter((name) => catalogue[name].group === group)
              .map((name) => (
                <option key={name} value={name} selected={name === value}>
                  {nameOf(name)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}

interface ParametersProps {
  /** Names the entry. */
  readonly name: string;
  readonly entry: CatalogueEntry | undefined;
  readonly values: ReadonlySignal<readonly number[]>;
  /** The signal that receives changes. */
  readonly parameters: Signal<readonly number[]>;
  /** Prefix of each name, for screen readers. */
  readonly prefix?: string;
}

/** A slider for each parameter of the entry. */
export function Parameters({ name, entry, values, parameters, prefix = '' }: ParametersProps) {
  return (
    <>
      {entry?.parameters.map((parameter, i) => (
        <ParameterSlider
          key={`${name} ${parameter.name}`}
          index={i}
          label={`${prefix}${parameterName(parameter.name)}`}
          name={parameter.name}
          rule={parameter.rule}
          values={values}
          parameters={parameters}
        />
      ))}
    </>
  );
}

interface ParameterSliderProps extends Pick<ParametersProps, 'values' | 'parameters'> {
  readonly index: number;
  readonly label: string;
  readonly name: string;
  readonly rule: string;
}

function ParameterSlider({ index, label, name, rule, values, parameters }: ParameterSliderProps) {
  const value = useMemo(() => element(index, values, parameters), [index, values, parameters]);
  return (
    <div title={rule}>
      <Slider label={label} value={value} {...SLIDERS[name]} />
    </div>
  );
}

/** One of the parameters, as a signal that can be set. */
function element(index: number, values: ReadonlySignal<readonly number[]>, parameters: Signal<readonly number[]>): Signal<number> {
  const read = computed(() => values.value[index]);
  return {
    get value() {
      return read.value;
    },
    set value(next: number) {
      parameters.value = values.peek().map((each, i) => (i === index ? next : each));
    },
  } as Signal<number>;
}
