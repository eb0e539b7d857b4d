import { loadPixels } from './line-load';
import { Line, LineTask } from './line-task';

/**
 * The filtered pixels laid over the original, each by its share. Colors are mixed as much as they are opaque, so what is transparent
 * on one side does not bleed into the other.
 */
export function blend(task: LineTask, line: Line, values: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store, l = s.blended;
  const channels = s.channels;
  const row = <usize>(s.top + oh), column = s.left + ow;
  loadPixels(l, task.original + row * <usize>l.rowBytes, column, count, line.loaded, 0);
  const rowShare = load<f32>(s.rowShares + (<usize>oh << 2));
  const mask = task.mask + row * <usize>s.maskRowBytes + <usize>(column * s.maskBytes);
  const unit = f32x4.splat(s.unit);
  for (let i = 0; i < count; i++) {
    const old = line.loaded + (<usize>(i * channels) << 2), fresh = values + (<usize>(i * channels) << 2);
    let added = rowShare * load<f32>(s.columnShares + (<usize>(ow + i) << 2));
    if (task.mask) added *= max<f32>(0, min<f32>(1, sampleOf(mask, i, s.maskBytes) / s.maskWhite));
    if (channels === 4) v128.store(fresh, mixed4(f32x4.mul(v128.load(old), unit), v128.load(fresh), added));
    else mix(old, fresh, channels, added, s.unit);
  }
}

/** A pixel of four floats laid over another. */
@inline
function mixed4(old: v128, fresh: v128, added: f32): v128 {
  if (added === 0) return old;
  const kept: f32 = 1 - added;
  const mixed = f32x4.add(f32x4.mul(old, f32x4.splat(kept)), f32x4.mul(fresh, f32x4.splat(added)));
  const a = f32x4.extract_lane(old, 3), b = f32x4.extract_lane(fresh, 3), alpha = f32x4.extract_lane(mixed, 3);
  if (a === b || alpha <= 0) return mixed;
  const colors = f32x4.add(f32x4.mul(old, f32x4.splat((kept * a) / alpha)), f32x4.mul(fresh, f32x4.splat((added * b) / alpha)));
  return f32x4.replace_lane(colors, 3, alpha);
}

/** In place: a pixel of one to three floats laid over another. */
function mix(old: usize, fresh: usize, channels: i32, share: f32, unit: f32): void {
  const colors = channels === 2 ? 1 : channels;
  let added = share, kept: f32 = 1 - share;
  if (channels === 2) {
    const a = load<f32>(old, 4) * unit, b = load<f32>(fresh, 4);
    const alpha = share === 0 ? a : kept * a + added * b;
    store<f32>(fresh, alpha, 4);
    if (a !== b && alpha > 0) {
      kept = (kept * a) / alpha;
      added = (added * b) / alpha;
    }
  }
  for (let c: usize = 0; c < <usize>colors << 2; c += 4) {
    const before = load<f32>(old + c) * unit;
    store<f32>(fresh + c, share === 0 ? before : kept * before + added * load<f32>(fresh + c));
  }
}

@inline
function sampleOf(row: usize, i: i32, bytes: i32): f32 {
  if (bytes === 1) return <f32>load<u8>(row + <usize>i);
  if (bytes === 2) return <f32>load<u16>(row + (<usize>i << 1));
  return load<f32>(row + (<usize>i << 2));
}
