import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { Conv2d, ConvNet, type Module, type Tensor, toOnnx } from '../../src/index.js';
import type { Contestant, Peer, Work } from '../row.js';
import { layerModule } from './convlab-layer.js';

/** ONNX Runtime's CPU provider, forward, on models exported by convlab, so both compute the same. */
export const onnxruntime: Peer = {
  name: 'ONNX Runtime',
  threaded: true,
  groups: ['filters', 'layers', 'cnn'],
  async load() {
    const ort = await import('onnxruntime-node');
    return async (work, threads) => {
      const subject = modelOf(work);
      if (!subject) return undefined;
      const { model, x } = subject;
      const session = await ort.InferenceSession.create(await toOnnx(model.eval(), x.shape), { intraOpNumThreads: threads, interOpNumThreads: 1 });
      return contestant(session, new ort.Tensor('float32', x.data, x.shape));
    };
  },
};

/** A model that does the work, and what goes in. */
export function modelOf(work: Work): { model: Module; x: Tensor } | undefined {
  if (work.kind === 'layer' && work.direction === 'forward') return { model: layerModule(work), x: work.x };
  if (work.kind === 'tensor' && work.x.shape.length === 4) {
    const model = new Conv2d(1, 1, work.kernel.shape.slice(2), { bias: false });
    model.loadStateDict(new Map([['weight', work.kernel]]));
    return { model, x: work.x };
  }
  if (work.kind === 'net' && work.task === 'inference') {
    const model = new ConvNet();
    model.loadStateDict(new Map(Object.entries(work.weights)));
    return { model, x: { shape: [work.batch, 1, 28, 28], data: Float32Array.from(work.digits.images, (byte) => byte / 255) } };
  }
  return undefined;
}

function contestant(session: InferenceSession, x: OrtTensor): Contestant {
  const feeds = { [session.inputNames[0]]: x };
  let result: Float32Array;
  return {
    async run() {
      result = (await session.run(feeds))[session.outputNames[0]].data as Float32Array;
    },
    result: () => result,
    dispose: () => session.release(),
  };
}
