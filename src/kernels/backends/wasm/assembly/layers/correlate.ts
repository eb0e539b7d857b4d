import { Block, blockOf, rowsOf4, stripOf } from '../blocks';
import { linesOf1, pairsOf1, rowsOf1 } from '../blocks-of-one';
import { FRAME_BYTES } from '../constants';
import { Correlation, inPlaneBytes, outPlaneBytes, stripsPerSlice } from '../correlation';
import { gather, isRun, Strip, usedRows } from '../gather';
import { Flag, Floats } from '../memory';
import { sparseBytes } from './pack-kernel';

@unmanaged
export class CorrelateTask {
  correlation: Correlation;
  x: Floats;
  /** weights in the order of packKernel, or with `sparse` in that of packSparse */
  packed: Floats;
  sparse: Flag;
  /** [groups · outChannels], or 0 */
  bias: Floats;
  out: Floats;
}

/**
 * Strips `from` … `to` − 1; strip number ((n · groups + group) · outD + od) · stripsPerSlice + s.
 * @param scratch frame; floats [inChannels, KD, gatheredRows, rowLength]
 */
export function correlate(task: CorrelateTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const s = stripOf(scratch), b = blockOf(scratch);
  const strips = stripsPerSlice(c);
  const inGroup = <usize>c.inChannels * inPlaneBytes(c);
  const outSlice = <usize>(c.outH * c.outW) << 2;
  s.cells = scratch + FRAME_BYTES;
  b.outRow = <usize>c.outW << 2;
  b.outPlane = outPlaneBytes(c);
  for (let index = from; index < to; index++) {
    s.oh = (index % strips) * c.stripRows;
    s.od = (index / strips) % c.outD;
    const plane = index / (strips * c.outD); // n · groups + group
    const group = plane % c.groups;
    s.rows = min(c.stripRows, c.outH - s.oh);
    s.x = task.x + <usize>plane * inGroup;
    const target = task.out + <usize>(plane * c.outChannels) * b.outPlane + <usize>s.od * outSlice + (<usize>(s.oh * c.outW) << 2);

    if (!isDirect(c, s)) {
      gather(c, s, 0, c.rowLength);
      overStrip(c, b);
      channels(task, scratch, group, s.cells, target, c.outW);
      continue;
    }
    const d = load<i32>(c.tableD + (<usize>(s.od * c.strideD) << 2));
    const h = load<i32>(c.tableH + (<usize>(s.oh * c.strideH) << 2));
    const inside = s.x + (<usize>((d * c.inH + h) * c.inW + c.directSource) << 2);
    b.step = <usize>(c.strideH * c.inW) << 2;
    b.offsets = c.directOffsets;
    channels(task, scratch, group, inside, target + (<usize>c.directFrom << 2), c.directTo - c.directFrom);
    if (c.directFrom > 0) {
      gather(c, s, 0, c.directFrom + c.rowLength - c.outW);
      overStrip(c, b);
      channels(task, scratch, group, s.cells, target, c.directFrom);
    }
    if (c.directTo < c.outW) {
      gather(c, s, c.directTo, c.rowLength);
      overStrip(c, b);
      const skipped = <usize>c.directTo << 2;
      channels(task, scratch, group, s.cells + skipped, target + skipped, c.outW - c.directTo);
    }
  }
}

/** True if these rows read only neighboring rows of neighboring slices of x. */
@inline
function isDirect(c: Correlation, s: Strip): bool {
  return c.directFrom < c.directTo && isRun(c.tableD, s.od * c.strideD, (c.KD - 1) * c.dilationD + 1) && isRun(c.tableH, s.oh * c.strideH, usedRows(c, s.rows));
}

/** The block reads the gathered strip. */
@inline
function overStrip(c: Correlation, b: Block): void {
  b.step = <usize>(c.strideH * c.rowLength) << 2;
  b.offsets = c.offsets;
}

/**
 * All output channels of a group, for `width` columns of the strip's rows.
 * @param source the cell under a tap of offset 0, for the first output; step and offsets are set in the block
 * @param target the first output of the group's first channel
 */
function channels(task: CorrelateTask, scratch: usize, group: i32, source: usize, target: usize, width: i32): void {
  const c = task.correlation;
  const b = blockOf(scratch);
  const rows = stripOf(scratch).rows;
  const outPlane = b.outPlane;
  const offsets = b.offsets;
  const bias = task.bias;
  let out = target;
  let biases = bias + (<usize>(group * c.outChannels) << 2);
  let weights = task.packed + (<usize>(group * c.outChannels * c.taps) << 2);
  for (let cout = 0; cout < c.outChannels; ) {
    b.source = source;
    b.out = out;
    b.rows = rows;
    b.width = width;
    if (task.sparse) {
      const one = bias ? load<f32>(biases) : <f32>0;
      const list = task.packed + sparseBytes(c.taps) * <usize>(group * c.outChannels + cout);
      const part = <usize>c.taps << 2;
      b.offsets = list + 4 + (offsets === c.offsets ? 0 : part);
      rowsOf1(b, load<i32>(list), list + 4 + 2 * part, one);
      out += outPlane;
      biases += 4;
      cout++;
    } else if (c.outChannels - cout >= 4) {
      rowsOf4(b, c.taps, weights, bias ? biases : 0);
      weights += <usize>c.taps << 4;
      out += 4 * outPlane;
      biases += 16;
      cout += 4;
    } else {
      const one = bias ? load<f32>(biases) : <f32>0;
      // neighboring taps: neither dilated nor, with a stride, in another phase
      const line = c.KH === 1 && c.KW >= 4 && load<u32>(offsets, 4) === load<u32>(offsets) + 4;
      const paired = c.KH > 1 && c.strideH === c.dilationH;
      const whole = line ? width & ~31 : paired ? width & ~15 : 0;
      if (whole) {
        b.width = whole;
        if (line) linesOf1(b, c.taps / c.KW, c.KW, weights, one);
        else pairsOf1(b, c.taps / (c.KH * c.KW), c.KH, c.KW, weights, one);
        const skipped = <usize>whole << 2;
        b.source = source + skipped;
        b.out = out + skipped;
        b.rows = rows;
        b.width = width - whole;
      }
      rowsOf1(b, c.taps, weights, one);
      weights += <usize>c.taps << 2;
      out += outPlane;
      biases += 4;
      cout++;
    }
  }
}
