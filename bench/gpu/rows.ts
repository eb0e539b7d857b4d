import { ConvNet, Random } from '../../src/index.js';
import { picture } from '../pictures.js';
import type { NetWork, Row, Work } from '../row.js';
import { FILTERS } from '../rows/filters.js';
import { LAYERS } from '../rows/layers.js';

/** In 3 × 3, over planes, separable, and dense. */
const WINDOWS = ['sharpen 3×3', 'Sobel magnitude', 'Gaussian σ 2', 'dense 7×7'];
const FILTER_ROWS = FILTERS.filter(({ name, table }) => table.includes('RGBA') && WINDOWS.includes(name));
/** Small and large, convolutions and a matrix product. */
const LAYERS_MEASURED = ['conv1', 'conv2', 'fc1', 'conv 3×3', 'matrix product'];
const LAYER_ROWS = LAYERS.filter(({ name }) => LAYERS_MEASURED.some((layer) => name.startsWith(`${layer} `)));

const [TRAINING, BATCH] = [60_000, 64];
/** The size for `--quick`, small enough for software GPUs. */
const SMALL = { width: 480, height: 270 };

/** Workloads for a GPU: images from bytes to bytes, images that stay on the device, layers, and training. */
export function gpuRows(quick: boolean): readonly Row[] {
  const filters = quick ? FILTER_ROWS.filter((row) => row.quick).map(smallRow) : FILTER_ROWS;
  return [
    ...filters.map((row): Row => ({ ...row, table: `${row.table}, bytes to bytes` })),
    ...filters.filter(({ name }) => !name.startsWith('Sobel')).map(residentRow),
    ...(quick ? LAYER_ROWS.filter(({ name }) => name.startsWith('conv2')) : LAYER_ROWS),
    epochRow(quick ? 4 : 40),
    inferenceRow(quick ? 64 : 1000),
  ];
}

function smallRow(row: Row): Row {
  const { width, height } = SMALL;
  return {
    ...row,
    table: `8-bit RGBA, ${width}×${height}`,
    limit: { bytes: 4 * width * height },
    work: async (quick) => ({ ...(await row.work(quick)), picture: picture(width, height) }) as Work,
  };
}

function epochRow(steps: number): Row {
  const times = TRAINING / BATCH / steps;
  return {
    group: 'cnn',
    table: "the lecture's net",
    name: `an epoch of training, SGD with momentum, batch ${BATCH}: ${steps} steps, times ${times.toFixed(1)}`,
    times,
    limit: {},
    work: () => netWork('sgd', BATCH, steps),
  };
}

function residentRow(row: Row): Row {
  return {
    ...row,
    table: `${row.table}, resident`,
    async work(quick) {
      const work = await row.work(quick);
      if (work.kind !== 'kernel') throw new Error(`${row.name} is no row of one kernel`);
      return { ...work, resident: true };
    },
  };
}

function inferenceRow(batch: number): Row {
  return { group: 'cnn', table: "the lecture's net", name: `inference, batch ${batch}`, limit: {}, work: () => netWork('inference', batch, 1) };
}

/** On drawn digits: a machine without the data set takes the same steps. */
async function netWork(task: NetWork['task'], batch: number, steps: number): Promise<NetWork> {
  const random = new Random(1);
  const count = batch * steps;
  const digits = {
    images: Uint8Array.from({ length: count * 784 }, () => random.uniform(0, 256)),
    labels: Int32Array.from({ length: count }, (_, i) => i % 10),
  };
  const weights = Object.fromEntries(await new ConvNet().initialize(1).stateDict());
  return { kind: 'net', task, batch, steps, digits, weights };
}
