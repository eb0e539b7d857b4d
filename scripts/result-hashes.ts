/**
 * Shows whether a refactoring changes any result by a bit: runs 2,615 seeded random calls on wasm backends with 1, 2 and
 * 3 threads, every fourth call also on the reference backend, and prints a hash for each group of calls.
 *
 *   npm run hashes -- --out before.json       write { index, description, wasm, reference? } for each call: a hash or an error class
 *   npm run hashes -- --against before.json   compare with such a file and list the first calls that differ
 *
 * Use the same machine and the same version of Node for both. The exit code is 1 if calls differ, if the wasm backends
 * disagree, or if fewer than 15 successful calls use some value of an option.
 */
import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Backend, createBackend } from 'convlab';
import { type Call, Draw, type Result } from './result-hashes/draw.js';
import { bytesCall, filterCall, pipelineCall } from './result-hashes/filters.js';
import { operationCall, resizeCall } from './result-hashes/operations.js';
import { convCall, convGradientCall, filterTensorCall, poolCall } from './result-hashes/tensors.js';
import { trainingCall } from './result-hashes/training.js';

const CALLS: readonly (readonly [count: number, draw: (draw: Draw, index: number) => Call, area: string])[] = [
  [850, filterCall, 'pictures'],
  [400, bytesCall, 'pictures'],
  [70, pipelineCall, 'pictures'],
  [480, operationCall, 'operations'],
  [300, convCall, 'tensors'],
  [90, convGradientCall, 'tensors'],
  [100, poolCall, 'tensors'],
  [115, filterTensorCall, 'tensors'],
  [50, trainingCall, 'training'],
  [160, resizeCall, 'operations'],
];
const LEAST_USES = 15;
const MOST_LISTED = 20;

interface Entry {
  readonly index: number;
  readonly description: string;
  readonly wasm: string;
  readonly reference?: string;
}

/** Wasm backends whose threads share even the smallest job; none if this version has no function that creates them. */
async function sharingBackends(): Promise<Backend[]> {
  const src = new URL('../src/', import.meta.url);
  const files = (readdirSync(src, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
  const file = files.find((each) => readFileSync(new URL(each, src), 'utf8').includes('export async function createWasmBackend('));
  if (!file) return [];
  const { createWasmBackend } = await import(new URL(file, src).href);
  return Promise.all([2, 3].map((threads) => createWasmBackend(threads, { handOver: 0 })));
}

/** The hash of the result, or the class of the error. */
async function outcome({ run, options }: Call, backend: Backend): Promise<string> {
  const hash = createHash('sha256');
  try {
    addTo(hash, await run(options, backend));
    return short(hash);
  } catch (error) {
    return (error as Error).constructor.name;
  }
}
const short = (hash: Hash) => hash.digest('hex').slice(0, 16);
const threw = ({ wasm }: Entry) => wasm.endsWith('Error');

function addTo(hash: Hash, result: Result): void {
  if (result === null || typeof result === 'number') hash.update(`${result};`);
  else if (result instanceof Int32Array) hash.update(result);
  else if ('data' in result) {
    const { data } = result;
    hash.update('shape' in result ? `[${result.shape}]` : `${data.constructor.name} ${result.width} ${result.height} ${result.channels}`);
    // NaN has many bit patterns, which JavaScript does not preserve
    if (data instanceof Float32Array)
      hash.update(new Uint32Array(Float32Array.from(data).buffer).map((bits, i) => (Number.isNaN(data[i]) ? 0x7fc00000 : bits)));
    else hash.update(data);
  } else for (const each of result) addTo(hash, each);
}

function describe({ group, kinds, inputs, options }: Call): string {
  const sizes = JSON.stringify(options, (_, value) => (value?.data ? (value.shape ?? [value.width, value.height]) : value));
  return `${group}: ${Object.values(kinds).join(', ')}, ${inputs}, ${sizes}`;
}

/** The items counted in the coverage table. */
function usesOf({ kinds, options }: Call): string[] {
  const kindOf = (value: unknown) => {
    if (typeof value === 'number') return Number.isInteger(value) ? 'whole' : 'fraction';
    if (value === null || typeof value !== 'object') return String(value).replace(/^[rgba]+$/, 'letters');
    if ('data' in value) return 'shape' in value ? 'tensor' : (value.data as object).constructor.name;
    return Array.isArray(value) ? 'list' : 'feather' in value ? 'soft' : 'hard';
  };
  return [...Object.entries(kinds).map(([name, kind]) => `${name}: ${kind}`), ...Object.entries(options).map(([name, value]) => `${name}: ${kindOf(value)}`)];
}

const { values: args } = parseArgs({ options: { out: { type: 'string' }, against: { type: 'string' } } });
const sharing = await sharingBackends();
if (sharing.length === 0) console.log('createWasmBackend not found: small jobs run on one thread');
const wasm = [...(await Promise.all([1, 2, 3].map((threads) => createBackend('wasm', { threads })))), ...sharing];
const reference = await createBackend('reference');

const entries: Entry[] = [];
const failures: string[] = [];
const groups = new Map<string, { entries: Entry[]; hash: Hash }>();
const total = { entries, hash: createHash('sha256') };
const uses = new Map<string, number>();
for (const [count, drawCall, area] of CALLS) {
  for (let i = 0; i < count; i++) {
    const index = entries.length;
    const call = drawCall(new Draw(index), i);
    const outcomes: string[] = [];
    for (const backend of wasm) outcomes.push(await outcome(call, backend));
    const entry: Entry = { index, description: describe(call), wasm: outcomes[0], ...(index % 4 === 0 && { reference: await outcome(call, reference) }) };
    if (new Set(outcomes).size > 1) failures.push(`backends disagree: ${entry.description}: ${outcomes}`);
    const group = groups.get(call.group) ?? { entries: [], hash: createHash('sha256') };
    groups.set(call.group, group);
    group.entries.push(entry);
    entries.push(entry);
    for (const { hash } of [group, total]) hash.update(`${entry.wasm} ${entry.reference};`);
    for (const use of usesOf(call)) uses.set(`${area}, ${use}`, (uses.get(`${area}, ${use}`) ?? 0) + Number(!threw(entry)));
  }
}
for (const backend of [...wasm, reference]) backend.dispose();

for (const [name, { entries, hash }] of [...groups, ['total', total] as const]) {
  console.log(`${name.padEnd(30)}${String(entries.length).padStart(5)} calls${String(entries.filter(threw).length).padStart(5)} threw  ${short(hash)}`);
}
console.log('\nSuccessful calls for each kind of input and each value of an option:');
const table = new Map<string, string[]>();
for (const [use, count] of [...uses].sort()) {
  const [option, value] = use.split(': ');
  table.set(option, [...(table.get(option) ?? []), `${value} ${count}`]);
  if (count < LEAST_USES) failures.push(`too few calls: ${use} ${count}`);
}
for (const [option, counts] of table) console.log(`${option.padEnd(30)}${counts.join(', ')}`);

if (args.out) writeFileSync(args.out, `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
if (args.against) {
  const before: Entry[] = JSON.parse(readFileSync(args.against, 'utf8'));
  const pairs = Array.from({ length: Math.max(entries.length, before.length) }, (_, i) => [before[i], entries[i]].map((entry) => JSON.stringify(entry)));
  const differing = pairs.filter(([then, now]) => then !== now);
  console.log(`\n${differing.length} of ${pairs.length} calls differ from ${args.against}`);
  for (const [then, now] of differing.slice(0, MOST_LISTED)) failures.push(`was ${then}\n is ${now}`);
}
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
