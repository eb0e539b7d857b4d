import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/webgpu';
import { Conv2d, type Module, type Tensor, toOnnx } from '../../../src/index.js';
import { modelOf } from '../../peers/onnxruntime.js';
import type { Contestant, KernelWork, Peer, Work } from '../../row.js';
import { untilDone } from '../until-done.js';

/** onnxruntime-web's WebGPU provider, forward, on models that convlab wrote. Inputs and results stay on the device. */
export const onnxruntimeWeb: Peer = {
  name: 'ONNX Runtime webgpu',
  threaded: false,
  groups: ['filters', 'layers', 'cnn'],
  async load() {
    const ort = await import('onnxruntime-web/webgpu');
    ort.env.wasm.numThreads = 1;
    return async (work) => {
      const subject = subjectOf(work);
      if (!subject) return undefined;
      const { model, x } = subject;
      const session = await ort.InferenceSession.create(await toOnnx(model.eval(), x.shape), {
        executionProviders: ['webgpu'],
        preferredOutputLocation: 'gpu-buffer',
      });
      const device = (await ort.env.webgpu.device) as GPUDevice;
      const buffer = device.createBuffer({ size: x.data.byteLength, usage: 0x80 | 0x08 | 0x04 }); // storage, copied to and from
      device.queue.writeBuffer(buffer, 0, x.data as Float32Array<ArrayBuffer>);
      const input = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: x.shape });
      return untilDone(contestant(session, input, buffer, work), () => device.queue.onSubmittedWorkDone());
    };
  },
};

function subjectOf(work: Work): { model: Module; x: Tensor } | undefined {
  if (work.kind !== 'kernel') return modelOf(work);
  if (!work.resident) return undefined; // it has no bytes
  const { kernel, picture } = work;
  const model = new Conv2d(1, 1, kernel.shape, { bias: false, padding: kernel.shape.map((size) => size >> 1) });
  model.loadStateDict(new Map([['weight', { shape: [1, 1, ...kernel.shape], data: kernel.data }]]));
  const { width, height, data } = picture;
  const planes = new Float32Array(3 * width * height);
  for (let c = 0, o = 0; c < 3; c++) for (let i = c; i < data.length; i += 4, o++) planes[o] = data[i];
  return { model, x: { shape: [3, 1, height, width], data: planes } };
}

function contestant(session: InferenceSession, input: OrtTensor, buffer: GPUBuffer, work: Work): Contestant {
  const feeds = { [session.inputNames[0]]: input };
  let out: OrtTensor | undefined;
  return {
    note: work.kind === 'kernel' ? 'planes of floats' : undefined,
    async run() {
      out?.dispose();
      out = (await session.run(feeds))[session.outputNames[0]];
    },
    async result() {
      const values = (await out?.getData()) as Float32Array;
      return work.kind === 'kernel' ? bytesOf(values, work) : values;
    },
    dispose() {
      out?.dispose();
      buffer.destroy();
      return session.release();
    },
  };
}

function bytesOf(planes: Float32Array, { picture: { width, height } }: KernelWork): Uint8ClampedArray {
  const size = width * height;
  return Uint8ClampedArray.from({ length: 3 * size }, (_, i) => Math.floor(planes[(i % 3) * size + Math.floor(i / 3)] + 0.5));
}
