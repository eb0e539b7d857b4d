// The titles of the two compared kernels: the name, and the parameters that distinguish two kernels with the same name.
import { short } from '../parts/numbers.js';
import { CUSTOM } from './kernel-choice.js';
import { nameOf } from './names.js';
import { secondChoice, secondName } from './second.js';
import { kernelName, values } from './state.js';
import { t } from './strings.js';

function titled(name: string, numbers: readonly number[]): string {
  const called = name === CUSTOM ? t('custom') : nameOf(name);
  return numbers.length > 0 ? `${called} ${numbers.map((each) => short(each, 3)).join(', ')}` : called;
}

/** Title of the kernel that is edited. */
export const firstTitle = () => titled(kernelName.value, values.value);
/** Title of the one that it is compared with. */
export const secondTitle = () => titled(secondName.value, secondChoice.values.value);
