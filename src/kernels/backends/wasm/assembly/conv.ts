import { linesOf1, pairsOf1, rowsOf1, rowsOf4 } from './blocks';
import { Correlation, stripsPerSlice } from './correlation';
import { gather, isRun, usedRows } from './gather';
import { sparseBytes } from './pack';

/**
 * Strips `from` … `to` − 1 of a correlation; strip number ((n · groups + group) · outD + od) · stripsPerSlice + s.
 * @param strip scratch, [inChannels, KD, gatheredRows, rowLength]
 * @param packed weights as packKernel orders them, or with `sparse` as packSparse does
 * @param bias [groups · outChannels], or 0
 */
export function correlate(strip: usize, geometry: usize, x: usize, packed: usize, sparse: bool, bias: usize, out: usize, from: i32, to: i32): void {
  const c = changetype<Correlation>(geometry);
  const strips = stripsPerSlice(c);
  const inGroup = <usize>(c.inChannels * c.inD * c.inH * c.inW) << 2;
  const outSlice = <usize>(c.outH * c.outW) << 2;
  const outPlane = <usize>c.outD * outSlice;
  const rowBytes = <usize>c.rowLength << 2;
  for (let index = from; index < to; index++) {
    const oh = (index % strips) * c.stripRows;
    const od = (index / strips) % c.outD;
    const plane = index / (strips * c.outD); // n · groups + group
    const group = plane % c.groups;
    const rows = min(c.stripRows, c.outH - oh);
    const source = x + <usize>plane * inGroup;
    const target = out + <usize>(plane * c.outChannels) * outPlane + <usize>od * outSlice + (<usize>(oh * c.outW) << 2);

    if (!isDirect(c, od, oh, rows)) {
      gather(c, source, od, oh, rows, strip, 0, c.rowLength);
      channels(c, group, strip, rowBytes, c.offsets, packed, sparse, bias, target, rows, 0, c.outW);
      continue;
    }
    const d = load<i32>(c.tableD + (<usize>(od * c.strideD) << 2));
    const h = load<i32>(c.tableH + (<usize>(oh * c.strideH) << 2));
    const inside = source + (<usize>((d * c.inH + h) * c.inW + c.directSource) << 2);
    channels(c, group, inside, <usize>c.inW << 2, c.directOffsets, packed, sparse, bias, target, rows, c.directFrom, c.directTo);
    if (c.directFrom > 0) {
      gather(c, source, od, oh, rows, strip, 0, c.directFrom + c.rowLength - c.outW);
      channels(c, group, strip, rowBytes, c.offsets, packed, sparse, bias, target, rows, 0, c.directFrom);
    }
    if (c.directTo < c.outW) {
      gather(c, source, od, oh, rows, strip, c.directTo, c.rowLength);
      channels(c, group, strip + (<usize>c.directTo << 2), rowBytes, c.offsets, packed, sparse, bias, target, rows, c.directTo, c.outW);
    }
  }
}

/** True if these rows see nothing but neighbouring rows of neighbouring slices of x. */
@inline
function isDirect(c: Correlation, od: i32, oh: i32, rows: i32): bool {
  return c.directFrom < c.directTo && isRun(c.tableD, od * c.strideD, (c.KD - 1) * c.dilationD + 1) && isRun(c.tableH, oh * c.strideH, usedRows(c, rows));
}

/**
 * Output columns `from` … `to` − 1 of all output channels of a group.
 * @param at what output column `from` of the first row sees first
 * @param rowBytes from one row of the source to the next
 */
function channels(
  c: Correlation, group: i32, at: usize, rowBytes: usize, offsets: usize,
  packed: usize, sparse: bool, bias: usize, target: usize, rows: i32, from: i32, to: i32,
): void {
  const outPlane = <usize>(c.outD * c.outH * c.outW) << 2;
  const outRow = <usize>c.outW << 2;
  const step = <usize>c.strideH * rowBytes;
  const width = to - from;
  let out = target + (<usize>from << 2);
  let biases = bias + (<usize>(group * c.outChannels) << 2);
  let weights = packed + (<usize>(group * c.outChannels * c.taps) << 2);
  for (let cout = 0; cout < c.outChannels; ) {
    if (sparse) {
      const one = bias ? load<f32>(biases) : <f32>0;
      const list = packed + sparseBytes(c.taps) * <usize>(group * c.outChannels + cout);
      const taps = load<i32>(list);
      const part = <usize>c.taps << 2;
      rowsOf1(at, step, list + 4 + (offsets === c.offsets ? 0 : part), taps, list + 4 + 2 * part, one, out, outRow, rows, width);
      out += outPlane;
      biases += 4;
      cout++;
    } else if (c.outChannels - cout >= 4) {
      const four = bias ? v128.load(biases) : f32x4.splat(0);
      rowsOf4(at, step, offsets, c.taps, weights, four, out, outRow, outPlane, rows, width);
      weights += <usize>c.taps << 4;
      out += 4 * outPlane;
      biases += 16;
      cout += 4;
    } else {
      const one = bias ? load<f32>(biases) : <f32>0;
      // neighbouring taps: neither dilated nor, with a stride, in another phase
      const line = c.KH === 1 && c.KW >= 4 && load<u32>(offsets, 4) === load<u32>(offsets) + 4;
      const paired = c.KH > 1 && c.strideH === c.dilationH;
      const whole = line ? width & ~31 : paired ? width & ~15 : 0;
      if (line && whole) linesOf1(at, step, offsets, c.taps / c.KW, c.KW, weights, one, out, outRow, rows, whole);
      else if (whole) pairsOf1(at, step, offsets, c.taps / (c.KH * c.KW), c.KH, c.KW, weights, one, out, outRow, rows, whole);
      const skipped = <usize>whole << 2;
      rowsOf1(at + skipped, step, offsets, c.taps, weights, one, out + skipped, outRow, rows, width - whole);
      weights += <usize>c.taps << 2;
      out += outPlane;
      biases += 4;
      cout++;
    }
  }
}
