import type { Mat } from '@techstark/opencv-js';
import type { Contestant, KernelWork, Peer, SobelWork, TensorWork } from '../row.js';

type OpenCv = typeof import('@techstark/opencv-js');

/** OpenCV in WebAssembly, on matrices that lie in its own memory. */
export const opencvJs: Peer = {
  name: 'opencv.js',
  threaded: false,
  groups: ['filters'],
  quick: true,
  async load() {
    const module = (await import('@techstark/opencv-js')) as unknown as { default: OpenCv | Promise<OpenCv> };
    const cv = await module.default;
    return (work) => {
      if (work.kind === 'tensor') return work.x.shape.length === 4 ? plane(cv, work) : undefined;
      return work.kind === 'kernel' || work.kind === 'sobel' ? contestant(cv, work) : undefined;
    };
  },
};

function contestant(cv: OpenCv, work: KernelWork | SobelWork): Contestant {
  const { width, height, data } = work.picture;
  const source = cv.matFromArray(height, width, cv.CV_8UC4, data as unknown as number[]);
  const out = new cv.Mat();
  const held: Mat[] = [source, out];
  const run = work.kind === 'sobel' ? sobel() : filter(work);
  return {
    run,
    result: () => out.data.slice(),
    dispose: () => {
      for (const mat of held) mat.delete();
    },
  };

  function filter({ kernel, box, sigma }: KernelWork): () => void {
    if (sigma) return () => cv.GaussianBlur(source, out, new cv.Size(0, 0), sigma, sigma, cv.BORDER_REFLECT_101);
    if (box) return () => cv.blur(source, out, new cv.Size(box, box), new cv.Point(-1, -1), cv.BORDER_REFLECT_101);
    const weights = cv.matFromArray(kernel.shape[0], kernel.shape[1], cv.CV_32F, Array.from(kernel.data));
    held.push(weights);
    return () => cv.filter2D(source, out, -1, weights, new cv.Point(-1, -1), 0, cv.BORDER_REFLECT_101);
  }

  function sobel(): () => void {
    const [gx, gy] = [new cv.Mat(), new cv.Mat()];
    held.push(gx, gy);
    return () => {
      cv.Sobel(source, gx, cv.CV_32F, 1, 0, 3, 1, 0, cv.BORDER_REFLECT_101);
      cv.Sobel(source, gy, cv.CV_32F, 0, 1, 3, 1, 0, cv.BORDER_REFLECT_101);
      cv.magnitude(gx, gy, gx);
      cv.convertScaleAbs(gx, out, 0.25, 0);
    };
  }
}

/** The border is computed too: without it there is no such function. */
function plane(cv: OpenCv, { x, kernel }: TensorWork): Contestant {
  const [, , H, W] = x.shape;
  const [, , kH, kW] = kernel.shape;
  const [source, weights] = [cv.matFromArray(H, W, cv.CV_32F, x.data as unknown as number[]), cv.matFromArray(kH, kW, cv.CV_32F, Array.from(kernel.data))];
  const out = new cv.Mat();
  return {
    run: () => cv.filter2D(source, out, -1, weights, new cv.Point(-1, -1), 0, cv.BORDER_REPLICATE),
    result: () => {
      const [OH, OW] = [H - kH + 1, W - kW + 1];
      const inside = new Float32Array(OH * OW);
      for (let oh = 0; oh < OH; oh++) inside.set(out.data32F.subarray((oh + (kH >> 1)) * W + (kW >> 1)).subarray(0, OW), oh * OW);
      return inside;
    },
    dispose: () => {
      for (const mat of [source, weights, out]) mat.delete();
    },
  };
}
