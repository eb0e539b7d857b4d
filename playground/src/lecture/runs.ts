// The trainings of the lecture. Each starts its worker when its chapter is opened.
import { AREA, bundledDigits, type Digits } from '../digits/data.js';
import { digitsUrl } from '../digits/weights.js';
import { LECTURE, type Recipe } from '../train/recipe.js';
import { Run } from '../train/run.js';

/** The lecture's network, trained with Adam, which takes only seconds. */
export const RECIPE: Recipe = { layers: LECTURE, activation: 'ReLU', optimizer: 'adam', momentum: 0, batch: 32, seed: 1 };

/** The network that the reader builds; it is trained on all digits that come with the page. */
export const mine = new Run({ recipe: RECIPE, digits: async () => ({ train: digitsUrl('train'), validation: digitsUrl('test') }) });

/** Size of the small training set that shows overfitting. */
export const FEW = 300;
/** Number of test digits, in a fixed order, used for validation; the rest is the test set, as in the lecture. */
export const VALIDATION = 500;

let few: Promise<{ readonly train: string; readonly validation: string }> | undefined;

/** A small training set, and the validation set. */
function fewDigits() {
  few ??= Promise.all([bundledDigits(digitsUrl('train')), bundledDigits(digitsUrl('test'))]).then(([train, test]) => ({
    train: addressOf(train, FEW),
    validation: addressOf(test, VALIDATION),
  }));
  few.catch(() => {
    few = undefined;
  });
  return few;
}

/** The first digits of a set as a separate file for {@link bundledDigits}. */
function addressOf({ images, labels }: Digits, count: number): string {
  const row = AREA + 1;
  const bytes = new Uint8Array(12 + count * row);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, 0x0802);
  header.setUint32(4, count);
  header.setUint32(8, row);
  for (let i = 0; i < count; i++) {
    bytes[12 + i * row] = labels[i];
    bytes.set(images.data.subarray(i * AREA, (i + 1) * AREA), 12 + i * row + 1);
  }
  return URL.createObjectURL(new Blob([bytes]));
}

/** Steps after which the two runs stop. */
export const LONG = 300;
const plain = RECIPE.layers.filter(({ kind }) => kind !== 'dropout');

/** Two runs that differ only in dropout. */
export const withDropout = new Run({ recipe: RECIPE, digits: fewDigits, until: LONG });
export const without = new Run({ recipe: { ...RECIPE, layers: plain }, digits: fewDigits, until: LONG });
