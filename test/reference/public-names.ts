import { relative } from 'node:path';
import ts from 'typescript';

/** A name that `convlab/node` exports, which are all there are but those of `convlab/queue`, and what its doc comment holds. */
export interface PublicName {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'value' | 'type';
  /** its function, or its class's constructor, throws by itself and has no comment of its own that says when */
  readonly throws: boolean;
  /** where it is declared */
  readonly file: string;
  readonly summary: string;
  /** text of each tag by its name, in order */
  readonly tags: readonly (readonly [name: string, text: string])[];
}

/** Every public name, read from the sources by the compiler. */
export function publicNames(entry = 'src/node.ts'): PublicName[] {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['.'] }, ts.sys, process.cwd());
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${entry} exports nothing`);
  return checker.getExportsOfModule(module).map((each) => {
    const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
    const tags = symbol.getJsDocTags(checker).map(({ name, text }) => [name, ts.displayPartsToString(text)] as const);
    const summary = ts.displayPartsToString(symbol.getDocumentationComment(checker)) || commentOfExport(each);
    const throws = (symbol.declarations ?? []).some(throwsItself);
    const where = symbol.declarations?.[0].getSourceFile().fileName ?? '';
    return { name: each.name, kind: kindOf(symbol), file: relative('.', where), throws, summary, tags };
  });
}

function throwsItself(declaration: ts.Declaration): boolean {
  const code = ts.isClassDeclaration(declaration) ? declaration.members.find(ts.isConstructorDeclaration) : declaration;
  if (!code || !(ts.isConstructorDeclaration(code) || ts.isFunctionDeclaration(code))) return false;
  // a constructor may have its own tag
  const said = ts.getJSDocTags(code).some(({ tagName }) => tagName.text === 'throws');
  return !said && /\bthrow new |\b(checkOptions|settle)\(/.test(code.body?.getText() ?? '');
}

/** Of `export * as NAME`, whose file has no comment of its own. */
function commentOfExport({ declarations }: ts.Symbol): string {
  const comments = declarations?.flatMap(({ parent }) => ts.getJSDocCommentsAndTags(parent)) ?? [];
  return comments.map(({ comment }) => (comment && ts.getTextOfJSDocComment(comment)) ?? '').join('');
}

function kindOf({ flags }: ts.Symbol): PublicName['kind'] {
  if (flags & ts.SymbolFlags.Function) return 'function';
  if (flags & ts.SymbolFlags.Class) return 'class';
  return flags & ts.SymbolFlags.Value ? 'value' : 'type';
}

/** The programs in the examples of a name. @throws Error if an example holds none */
export function examplesOf({ name, tags }: PublicName): string[] {
  return tags.flatMap(([tag, text]) => {
    if (tag !== 'example') return [];
    const programs = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
    if (programs.length === 0) throw new Error(`the example of ${name} holds no program between \`\`\`ts and \`\`\``);
    return programs;
  });
}
