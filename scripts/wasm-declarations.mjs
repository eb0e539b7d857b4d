// Declarations for TypeScript of what the AssemblyScript programs export and take, read from the compiler's own program: names and
// types of exports, classes whose instances cross the border with the offsets of their fields, and constants.

/** TypeScript's type of a plain type; every other type is an address of something. */
const PLAIN = { i32: 'number', usize: 'number', f32: 'number', f64: 'number', Flag: 'boolean', void: 'void' };
/** Plain types that a field may have. Like addresses, they take 4 bytes. */
const FIELDS = ['i32', 'usize', 'f32', 'Flag'];
/** The parameters of a program that threads share, but for its record. */
const SHARED = ['scratch: usize', 'from: i32', 'to: i32'];

/**
 * @param program of the compiler, compiled
 * @param folder of its sources
 * @returns name and body of each file
 */
export function declarationsOf(program, folder) {
  const exported = [...program.filesByName.get(`${folder}/index`).exports].map(([name, element]) => functionOf(name, element));
  const shared = exported.filter(({ parameters: [, ...others] }) => others.map(({ name, type }) => `${name}: ${type}`).join() === SHARED.join());
  const records = new Map();
  for (const { element, parameters } of exported) for (const { type } of parameters) collect(type, element, records);
  return [
    ['records', recordsFile(constantsOf(program, `${folder}/constants`), [...records.values()], new Set(shared.map(taskOf)))],
    ['programs', programsFile(exported, shared)],
  ];
}

function functionOf(name, element) {
  const { parameters, returnType } = element.functionTypeNode;
  const typeName = (node) => node.name.identifier.text;
  return {
    name,
    element,
    doc: docOf(element.declaration),
    returns: typeName(returnType),
    parameters: parameters.map((each) => ({ name: each.name.text, type: typeName(each.type) })),
  };
}

/** Adds the class of that name, as `element` sees it, its base, and the classes that its fields point to. */
function collect(name, element, records) {
  const record = element.lookup(name)?.instances?.get('');
  if (!record?.members || records.has(name)) return;
  add(record, records).written = true;
  for (const member of record.members.values()) collect(member.fieldDeclaration.type.name.identifier.text, member.parent, records);
}

/** Bases come first. */
function add(record, records) {
  const base = record.base && add(record.base, records);
  const fields = [...record.members.values()].map((member) => ({
    name: member.name,
    type: member.fieldDeclaration.type.name.identifier.text,
    offset: member.instance.memoryOffset,
    doc: docOf(member.fieldDeclaration),
  }));
  const added = records.get(record.name) ?? {
    name: record.name,
    base: base?.name,
    fields,
    own: fields.slice(base?.fields.length),
    bytes: record.nextMemoryOffset,
  };
  added.doc = docOf(record.prototype.declaration);
  records.set(record.name, added);
  return added;
}

function constantsOf(program, file) {
  return [...program.filesByName.get(file).exports.values()].map(({ name, declaration }) => {
    const { low } = declaration.initializer.value ?? {};
    if (!low) throw new Error(`constants.ts: ${name} must be a positive whole number, written as such`);
    return { name, value: low, doc: docOf(declaration) };
  });
}

/** The comment before a declaration. */
function docOf({ range, decorators }) {
  const start = Math.min(range.start, ...(decorators ?? []).map((each) => each.range.start));
  const before = range.source.text.slice(0, start).replace(/(export\s+)?(const\s+)?$/, '');
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(before)?.[0].trimEnd() ?? '';
}

function typeScript(type) {
  return PLAIN[type] ?? `Address<'${type}'>`;
}

function indented(doc, by) {
  return doc && `${by}${doc.replace(/\n\s*/g, `\n${by} `)}\n`;
}

function recordsFile(constants, records, tasks) {
  const most = Math.max(...records.filter(({ name }) => tasks.has(name)).map(({ bytes }) => bytes));
  const declared = records.map(({ name, base, own, doc, ...record }) => {
    const fields = own.map(({ name: field, type, doc }) => `${indented(doc, '  ')}  readonly ${field}: ${typeScript(type)};\n`);
    const head = `${indented(doc, '')}export interface ${name}${base ? ` extends ${base}` : ''} {\n${fields.join('')}}\n`;
    if (!record.written) return head;
    return `${head}${tasks.has(name) ? '' : `\nexport const ${name.toUpperCase()}_BYTES = ${record.bytes};\n`}\n${writerOf(name, record.fields)}`;
  });
  const values = constants.map(({ name, value, doc }) => `${indented(doc, '')}export const ${name} = ${value};\n`);
  return `import type { Address, Views } from './address.js';\n\n${values.join('')}\n/** Bytes of the largest record that a program takes. */\nexport const TASK_BYTES = ${most};\n\n${declared.join('\n')}`;
}

function writerOf(name, fields) {
  const lines = fields.map(({ name: field, type, offset }) => {
    if (type in PLAIN && !FIELDS.includes(type)) throw new Error(`${name}.${field}: a field that TypeScript writes cannot be of type ${type}`);
    const value = type === 'Flag' ? `Number(fields.${field})` : `fields.${field}`;
    return `  ${type === 'f32' ? 'f32' : 'i32'}[${offset === 0 ? 'i' : `i + ${offset / 4}`}] = ${value};\n`;
  });
  const views = lines.some((line) => line.startsWith('  f32')) ? 'i32, f32' : 'i32';
  return `export function write${name}({ ${views} }: Views, at: Address<'${name}'>, fields: ${name}): void {
  const i = at >>> 2;
${lines.join('')}}
`;
}

function taskOf({ parameters: [task] }) {
  return task.type;
}

function programsFile(exported, shared) {
  const declarations = exported.map(({ name, parameters, returns, doc }) => {
    const typed = parameters.map((each) => `${each.name}: ${typeScript(each.type)}`).join(', ');
    return `${indented(doc, '  ')}  ${name}(${typed}): ${returns === 'bool' ? '0 | 1' : typeScript(returns)};\n`;
  });
  return `import type { Address, Views } from './address.js';
import * as records from './records.generated.js';

/** What the compiled module exports. Numbers that stand for bytes or addresses are signed: use \`>>> 0\`. */
export interface Programs {
${declarations.join('')}}

/** The record of each program that threads share. */
export interface Tasks {
${shared.map((each) => `  readonly ${each.name}: records.${taskOf(each)};\n`).join('')}}

/** Writes the record of each program that threads share. */
export const WRITERS: { readonly [P in keyof Tasks]: (views: Views, at: Address<never>, task: Tasks[P]) => void } = {
${shared.map((each) => `  ${each.name}: records.write${taskOf(each)},\n`).join('')}};
`;
}
