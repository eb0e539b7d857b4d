import { borderTable } from '../../border.js';
import type { ConvGeometry } from '../../geometry.js';
import type { FftTiles } from '../../plan/fft-tiles.js';
import { type Correlation, ceil4, type StripLayout, stripLayout } from './correlation.js';
import { tilingFields, twiddles } from './fft.js';
import type { Kept, Machine } from './machine.js';
import { type Tiles, winogradTiles } from './winograd.js';

/** A correlation whose tables lie in wasm memory. */
export interface Prepared extends Kept {
  readonly correlation: Correlation;
  /** if its windows are cheaper by tiles */
  readonly winograd: Tiles | undefined;
  readonly pointer: number;
  readonly strips: number;
  readonly stripBytes: number;
  readonly packedBytes: number;
  readonly gradientRowBytes: number;
  readonly tableW: number;
  readonly weights: number;
  readonly offsets: number;
  readonly directOffsets: number;
  readonly layout: StripLayout;
}

/** @param cellBytes of a gathered cell */
export function prepare(machine: Machine, key: string, make: () => Correlation, cellBytes = 4): Prepared {
  return machine.keep(key, () => place(machine, make(), cellBytes));
}

/** What {@link prepare} keeps, for whoever keeps it himself. */
export function place(machine: Machine, c: Correlation, cellBytes = 4): Prepared {
  const layout = stripLayout(c, cellBytes);
  const { direct } = layout;
  const tables = [c.tables[0], c.tables[1], layout.columns, layout.offsets, direct.offsets, c.tables[2], c.weights].map((table) => machine.store(table));
  const [tableD, tableH, columns, offsets, directOffsets, tableW, weights] = tables;
  // the fields of assembly/correlation.ts, in their order
  const fields = new Int32Array([
    ...[c.batch, c.groups, c.inChannels, c.outChannels],
    ...[...c.input, ...c.kernel, ...c.output],
    ...[c.stride[0], c.stride[1], c.dilation[0], c.dilation[1]],
    new Int32Array(Float32Array.of(c.value).buffer)[0],
    ...[tableD, tableH, columns, layout.columns.length],
    ...[layout.run.from, layout.run.to, layout.run.source],
    ...[layout.stripRows, layout.gatheredRows, layout.taps, offsets],
    ...[direct.from, direct.to, direct.source, directOffsets],
  ]);
  const pointer = machine.store(fields);
  return {
    correlation: c,
    winograd: winogradTiles(c, layout),
    pointer,
    strips: c.batch * c.groups * c.output[0] * Math.ceil(c.output[1] / layout.stripRows),
    stripBytes: 4 * layout.cells,
    packedBytes: 4 * c.groups * c.outChannels * layout.taps,
    gradientRowBytes: 4 * c.outChannels * layout.stripRows * ceil4(c.output[2]),
    tableW,
    weights,
    offsets,
    directOffsets,
    layout,
    allocations: [pointer, ...tables],
  };
}

/** A Tiling of assembly/fft-conv.ts; `tableW` is its correlation's. */
export function prepareFft(machine: Machine, g: ConvGeometry, tiles: FftTiles, tableW: number): number {
  const [pointer] = machine.keep(`fft ${g.key}`, () => {
    const tables = [tiles.rows, tiles.columns].map((n) => machine.store(twiddles(n)));
    return { allocations: [machine.store(tilingFields(g, tiles, tableW, tables[0], tables[1])), ...tables] };
  }).allocations;
  return pointer;
}

/** Per axis: the input cell that each padded cell shows. */
export function prepareBorder(machine: Machine, g: ConvGeometry): readonly number[] {
  return machine.keep(`border ${g.key}`, () => ({ allocations: ([0, 1, 2] as const).map((axis) => machine.store(borderTable(g, axis))) })).allocations;
}
