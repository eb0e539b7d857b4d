// Compiles the programs of peers/limits.ts: nothing but multiply-adds, and a copy. Prints JSON { wasm: base64, aTurn }.
import asc from 'assemblyscript/asc';

/**
 * Independent sums, as many as fit in 16 registers together with the operands: a block of this many rows by this many
 * columns.
 */
const [ROWS, COLUMNS] = [5, 2];
/** Blocks in a turn of the loop, whose own instructions then do not count. */
const UNROLLED = 4;
/** Multiply-adds of a turn. */
const aTurn = { floats: 4 * ROWS * COLUMNS * UNROLLED, integers: 8 * 12 };

const times = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join('\n');
const block = (at) => `
      ${times(ROWS, (row) => `const x${at}_${row} = v128.load(from, ${16 * (at * ROWS + row)});`)}
      ${times(ROWS * COLUMNS, (i) => `s${i} = f32x4.add(s${i}, f32x4.mul(x${at}_${i % ROWS}, w${Math.floor(i / ROWS)}));`)}`;
const source = `
  export function floats(turns: i32): f32 {
    ${times(COLUMNS, (i) => `const w${i} = f32x4.splat(${i}.5);`)}
    ${times(ROWS * COLUMNS, (i) => `let s${i} = f32x4.splat(${i});`)}
    let from: usize = 0; // another place each turn, else one product would do for all
    for (let turn = 0; turn < turns; turn++) {
      ${times(UNROLLED, block)}
      from = (from + 16) & 0xfff;
    }
    ${times(ROWS * COLUMNS, (i) => `s0 = f32x4.add(s0, s${i});`)}
    return f32x4.extract_lane(s0, 0);
  }
  export function integers(turns: i32): i32 {
    const a = i16x8.splat(3), b = i32x4.splat(1);
    ${times(12, (i) => `let s${i} = i32x4.splat(${i});`)}
    for (let turn = 0; turn < turns; turn++) {
      ${times(12, (i) => `s${i} = i32x4.add(i32x4.dot_i16x8_s(s${i}, a), b);`)}
    }
    ${times(12, (i) => `s0 = i32x4.add(s0, s${i});`)}
    return i32x4.extract_lane(s0, 0);
  }
  export function copy(bytes: i32): void { memory.copy(bytes, 0, bytes); }`;

const { error, stderr, binary } = await asc.compileString(source, { runtime: 'stub', optimizeLevel: 3, enable: ['simd', 'bulk-memory'], importMemory: true });
if (error || !binary) {
  console.error(String(stderr));
  process.exit(1);
}
console.log(JSON.stringify({ wasm: Buffer.from(binary).toString('base64'), aTurn }));
