import { rowsOf1, rowsOf4 } from './blocks';
import { Correlation, stripsPerSlice } from './correlation';
import { gather } from './gather';

/**
 * Strips `from` … `to` − 1 of a correlation; strip number ((n · groups + group) · outD + od) · stripsPerSlice + s.
 * @param packed weights as packKernel orders them
 * @param bias [groups · outChannels], or 0
 * @param strip scratch, [inChannels, KD, gatheredRows, rowLength]
 */
export function correlate(geometry: usize, x: usize, packed: usize, bias: usize, out: usize, strip: usize, from: i32, to: i32): void {
  const c = changetype<Correlation>(geometry);
  const strips = stripsPerSlice(c);
  const inGroup = <usize>(c.inChannels * c.inD * c.inH * c.inW) << 2;
  const outSlice = <usize>(c.outH * c.outW) << 2;
  const outPlane = <usize>c.outD * outSlice;
  const stripStep = <usize>(c.strideH * c.rowLength) << 2;
  for (let index = from; index < to; index++) {
    const oh = (index % strips) * c.stripRows;
    const od = (index / strips) % c.outD;
    const plane = index / (strips * c.outD); // n · groups + group
    const group = plane % c.groups;
    const rows = min(c.stripRows, c.outH - oh);
    gather(c, x + <usize>plane * inGroup, od, oh, rows, strip);

    let weights = packed + (<usize>(group * c.outChannels * c.taps) << 2);
    let target = out + <usize>(plane * c.outChannels) * outPlane + <usize>od * outSlice + (<usize>(oh * c.outW) << 2);
    let biases = bias + (<usize>(group * c.outChannels) << 2);
    for (let cout = 0; cout < c.outChannels; ) {
      if (c.outChannels - cout >= 4) {
        const four = bias ? v128.load(biases) : f32x4.splat(0);
        rowsOf4(strip, stripStep, c.offsets, c.taps, weights, four, target, outPlane, rows, c.outW);
        weights += <usize>c.taps << 4;
        target += 4 * outPlane;
        biases += 16;
        cout += 4;
      } else {
        const one = bias ? load<f32>(biases) : <f32>0;
        rowsOf1(strip, stripStep, c.offsets, c.taps, weights, one, target, rows, c.outW);
        weights += <usize>c.taps << 2;
        target += outPlane;
        biases += 4;
        cout++;
      }
    }
  }
}
