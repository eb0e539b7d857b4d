/**
 * Converts the text of an image program to GLSL ES 3.00. The WGSL text uses only features that GLSL has too, so only
 * types, functions and declarations are renamed: every variable is declared with its type, and vectors are compared
 * value by value.
 */
export function glslOf(wgsl: string): string {
  return wgsl
    .replace(
      /\bfn (\w+)\(([^)]*)\) -> ([\w<>]+) \{/g,
      (_, name, parameters: string, type) => `${type} ${name}(${parameters.replace(/(\w+): ([\w<>]+)/g, '$2 $1')}) {`,
    )
    .replace(/\b(?:let|var) (\w+): ([\w<>]+) =/g, '$2 $1 =')
    .replace(/\bvec(\d)<f32>/g, 'vec$1')
    .replace(/\bvec(\d)<i32>/g, 'ivec$1')
    .replace(/\bf32\b/g, 'float')
    .replace(/\bi32\b/g, 'int')
    .replace(/\btable\[([^\]]*)\]/g, 'table_at($1)')
    .replace(/\b(\d+)(\.\d+)?(e[+-]?\d+)?f\b/g, (_, whole, fraction = '.0', exponent = '') => `${whole}${fraction}${exponent}`);
}

/** WGSL functions that GLSL lacks, and `%` of negative numbers, which GLSL does not define. */
export const GLSL_SHARED = `
float select(float otherwise, float value, bool condition) { return condition ? value : otherwise; }
int select(int otherwise, int value, bool condition) { return condition ? value : otherwise; }
vec2 select(vec2 otherwise, vec2 value, bool condition) { return condition ? value : otherwise; }
vec4 select(vec4 otherwise, vec4 value, bool condition) { return condition ? value : otherwise; }
int wrapped(int i, int n) { return i - n * int(floor(float(i) / float(n))); }
`;
