import { loadPixels } from './line-load';
import { Line, LineTask } from './line-task';

/**
 * Blends the filtered pixels over the original, each with its weight. Colors are weighted by opacity, so transparent
 * colors do not bleed.
 */
export function blend(task: LineTask, line: Line, values: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store, l = s.blended;
  const channels = s.channels;
  const row = <usize>(s.top + oh), column = s.left + ow;
  loadPixels(l, task.original + row * <usize>l.rowBytes, column, count, line.loaded, 0);
  const rowShare = load<f32>(s.rowShares + (<usize>oh << 2));
  const columnShares = s.columnShares + (<usize>ow << 2);
  const mask = task.mask ? task.mask + row * <usize>s.maskRowBytes + <usize>(column * s.maskBytes) : 0;
  const pixel = <usize>channels << 2;
  let old = line.loaded, fresh = values;
  let i = 0;
  if (channels === 4) {
    const unit = f32x4.splat(s.unit), white = f32x4.splat(s.maskWhite);
    for (; i + 4 <= count; i += 4) {
      let added = f32x4.mul(f32x4.splat(rowShare), v128.load(columnShares + (<usize>i << 2)));
      if (mask) added = f32x4.mul(added, f32x4.pmax(f32x4.splat(0), f32x4.pmin(f32x4.splat(1), f32x4.div(fourSamples(mask, i, s.maskBytes), white))));
      blendFour(old, fresh, added, unit);
      old += 64;
      fresh += 64;
    }
  }
  for (; i < count; i++) {
    let added = rowShare * load<f32>(columnShares + (<usize>i << 2));
    if (mask) added *= max<f32>(0, min<f32>(1, sampleOf(mask, i, s.maskBytes) / s.maskWhite));
    mix(old, fresh, channels, added, s.unit);
    old += pixel;
    fresh += pixel;
  }
}

/** Blends four pixels of four floats over others. */
@inline
function blendFour(old: usize, fresh: usize, added: v128, unit: v128): void {
  const none = f32x4.eq(added, f32x4.splat(0)), kept = f32x4.sub(f32x4.splat(1), added);
  const o0 = f32x4.mul(v128.load(old), unit), o1 = f32x4.mul(v128.load(old, 16), unit);
  const o2 = f32x4.mul(v128.load(old, 32), unit), o3 = f32x4.mul(v128.load(old, 48), unit);
  const f0 = v128.load(fresh), f1 = v128.load(fresh, 16), f2 = v128.load(fresh, 32), f3 = v128.load(fresh, 48);
  const same = v128.and(v128.and(f32x4.eq(o0, f0), f32x4.eq(o1, f1)), v128.and(f32x4.eq(o2, f2), f32x4.eq(o3, f3)));
  if (i32x4.extract_lane(same, 3)) {
    v128.store(fresh, mixed(o0, f0, v128.shuffle<f32>(kept, kept, 0, 0, 0, 0), v128.shuffle<f32>(added, added, 0, 0, 0, 0), v128.shuffle<f32>(none, none, 0, 0, 0, 0)));
    v128.store(fresh, mixed(o1, f1, v128.shuffle<f32>(kept, kept, 1, 1, 1, 1), v128.shuffle<f32>(added, added, 1, 1, 1, 1), v128.shuffle<f32>(none, none, 1, 1, 1, 1)), 16);
    v128.store(fresh, mixed(o2, f2, v128.shuffle<f32>(kept, kept, 2, 2, 2, 2), v128.shuffle<f32>(added, added, 2, 2, 2, 2), v128.shuffle<f32>(none, none, 2, 2, 2, 2)), 32);
    v128.store(fresh, mixed(o3, f3, v128.shuffle<f32>(kept, kept, 3, 3, 3, 3), v128.shuffle<f32>(added, added, 3, 3, 3, 3), v128.shuffle<f32>(none, none, 3, 3, 3, 3)), 48);
  } else {
    v128.store(fresh, mixedByAlpha(o0, f0, f32x4.extract_lane(added, 0)));
    v128.store(fresh, mixedByAlpha(o1, f1, f32x4.extract_lane(added, 1)), 16);
    v128.store(fresh, mixedByAlpha(o2, f2, f32x4.extract_lane(added, 2)), 32);
    v128.store(fresh, mixedByAlpha(o3, f3, f32x4.extract_lane(added, 3)), 48);
  }
}

/** Blends a pixel over another with the same alpha. @param none all bits where nothing is added */
@inline
function mixed(old: v128, fresh: v128, kept: v128, added: v128, none: v128): v128 {
  return v128.bitselect(old, f32x4.add(f32x4.mul(old, kept), f32x4.mul(fresh, added)), none);
}

function mixedByAlpha(old: v128, fresh: v128, added: f32): v128 {
  if (added === 0) return old;
  const kept: f32 = 1 - added;
  const mixed = f32x4.add(f32x4.mul(old, f32x4.splat(kept)), f32x4.mul(fresh, f32x4.splat(added)));
  const a = f32x4.extract_lane(old, 3), b = f32x4.extract_lane(fresh, 3), alpha = f32x4.extract_lane(mixed, 3);
  if (a === b || alpha <= 0) return mixed;
  const colors = f32x4.add(f32x4.mul(old, f32x4.splat((kept * a) / alpha)), f32x4.mul(fresh, f32x4.splat((added * b) / alpha)));
  return f32x4.replace_lane(colors, 3, alpha);
}

/** Blends a pixel of one to four floats over another, in place. */
function mix(old: usize, fresh: usize, channels: i32, share: f32, unit: f32): void {
  if (channels === 4) {
    v128.store(fresh, mixedByAlpha(f32x4.mul(v128.load(old), f32x4.splat(unit)), v128.load(fresh), share));
    return;
  }
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
function fourSamples(row: usize, i: i32, bytes: i32): v128 {
  if (bytes === 1) return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(row + <usize>i))));
  if (bytes === 2) return f32x4.convert_i32x4_u(v128.load16x4_u(row + (<usize>i << 1)));
  return v128.load(row + (<usize>i << 2));
}

@inline
function sampleOf(row: usize, i: i32, bytes: i32): f32 {
  if (bytes === 1) return <f32>load<u8>(row + <usize>i);
  if (bytes === 2) return <f32>load<u16>(row + (<usize>i << 1));
  return load<f32>(row + (<usize>i << 2));
}
