import { existsSync, readFileSync, writeFileSync } from 'node:fs';

// Jazzer's library for Linux was linked on glibc 2.38 and libstdc++ of GCC 13. All that it takes from there are strtol and strtoul, under names that
// differ from the older ones in how they read `0b`, and a mark for the linker. Renamed, it also loads on systems that are older, such as Debian 12.
const RENAMED = '__isoc23_';
const NEWER = ['GLIBC_2.38', 'GLIBCXX_3.4.32'];
/** The version of a symbol of every glibc, by machine: x86-64, ARM64. */
const OLDEST: Readonly<Record<number, string>> = { 62: 'GLIBC_2.2.5', 183: 'GLIBC_2.17' };
const SECTION = { dynamicSymbols: 11, versions: 0x6fffffff, neededVersions: 0x6ffffffe } as const;
const WEAK = 2;

interface Section {
  readonly type: number;
  readonly at: number;
  readonly size: number;
  readonly link: number;
}

/** Lets an ELF library of 64 bits load on an older glibc. Nothing changes if it does so already. */
export function allowOlderGlibc(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 1, 4) !== 'ELF') return;
  const sections = sectionsOf(bytes);
  const find = (type: number) => sections.find((section) => section.type === type);
  const [symbols, versions, needed] = [find(SECTION.dynamicSymbols), find(SECTION.versions), find(SECTION.neededVersions)];
  if (!symbols || !versions || !needed) throw new Error(`${path} has no dynamic symbols`);
  const textAt = (from: number) => bytes.toString('latin1', from, bytes.indexOf(0, from));
  let oldest = 0;
  for (const at of neededAt(bytes, needed)) {
    const name = textAt(sections[needed.link].at + bytes.readUInt32LE(at + 8));
    if (NEWER.includes(name)) bytes.writeUInt16LE(WEAK, at + 4);
    if (name === OLDEST[bytes.readUInt16LE(18)]) oldest = bytes.readUInt16LE(at + 6);
  }
  const names = sections[symbols.link].at;
  for (let i = 0; i * 24 < symbols.size; i++) {
    const at = symbols.at + 24 * i;
    const name = bytes.readUInt32LE(at);
    if (!textAt(names + name).startsWith(RENAMED)) continue;
    // the end of the name is the older name
    bytes.writeUInt32LE(name + RENAMED.length, at);
    bytes.writeUInt16LE(oldest, versions.at + 2 * i);
  }
  writeFileSync(path, bytes);
}

function sectionsOf(bytes: Buffer): readonly Section[] {
  const [at, size, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  return Array.from({ length: count }, (_, i) => {
    const from = at + i * size;
    return {
      type: bytes.readUInt32LE(from + 4),
      at: Number(bytes.readBigUInt64LE(from + 24)),
      size: Number(bytes.readBigUInt64LE(from + 32)),
      link: bytes.readUInt32LE(from + 40),
    };
  });
}

/** Where the versions that are needed of other libraries are described. */
function* neededAt(bytes: Buffer, { at }: Section): Generator<number> {
  for (let file = at; ; file += bytes.readUInt32LE(file + 12)) {
    for (let each = file + bytes.readUInt32LE(file + 8); ; each += bytes.readUInt32LE(each + 12)) {
      yield each;
      if (bytes.readUInt32LE(each + 12) === 0) break;
    }
    if (bytes.readUInt32LE(file + 12) === 0) return;
  }
}
