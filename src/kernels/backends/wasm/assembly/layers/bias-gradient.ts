import { Floats } from '../memory';

@unmanaged
export class BiasGradientTask {
  /** [batch, channels, area] */
  gradient: Floats;
  /** [channels] */
  out: Floats;
  batch: i32;
  channels: i32;
  area: i32;
}

/** out[c] = Σ over n and area of gradient[n, c, …]; the planes of a channel are summed one after the other. Channels `from` … `to` − 1. */
export function biasGradient(task: BiasGradientTask, scratch: usize, from: i32, to: i32): void {
  const gradient = task.gradient, out = task.out;
  const batch = task.batch, channels = task.channels, area = task.area;
  for (let c = from; c < to; c++) {
    let sum: f32 = 0;
    for (let n = 0; n < batch; n++) {
      let at = gradient + (<usize>((n * channels + c) * area) << 2);
      let lanes = f32x4.splat(0);
      let left = area;
      for (; left >= 4; left -= 4) {
        lanes = f32x4.add(lanes, v128.load(at));
        at += 16;
      }
      let plane = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
      for (; left > 0; left--) {
        plane += load<f32>(at);
        at += 4;
      }
      sum += plane;
    }
    store<f32>(out + (<usize>c << 2), sum);
  }
}
