import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SHARED: InlineConfig = { configFile: false, root: here('.'), logLevel: 'error', publicDir: false };

const PROGRAM = 'ort-wasm-simd-threaded.asyncify';

const README = `# convlab's GPU bench, for a machine without its sources

\`node bench-gpu.mjs [--quick] [--json FILE]\` needs Node 20 or later, a driver for Vulkan, Metal or D3D12 and, on Linux, libvulkan1; no network.
Where there is no Node, copy the executable \`node\` of a like system beside it. Dawn, which gives Node WebGPU, lies here for the system that this was packed on. On a software GPU:
\`VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json node bench-gpu.mjs --quick\` (Debian's chromium and libvulkan1).
`;

/** Writes the part for Node into a folder: one file with the library and its peers, Dawn for this system, and how to run it. */
export async function pack(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({
    ...SHARED,
    ssr: { noExternal: true, external: ['webgpu'], target: 'node' },
    build: {
      ssr: here('node.ts'),
      outDir: folder,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'bench-gpu.mjs', codeSplitting: false } },
    },
  });
  await copyDawn(join(folder, 'node_modules/webgpu'));
  // onnxruntime-web looks for its programs beside the file that it was bundled into
  const programs = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/webgpu'));
  for (const type of ['mjs', 'wasm']) await cp(join(programs, `${PROGRAM}.${type}`), join(folder, `${PROGRAM}.${type}`));
  await writeFile(join(folder, 'README.md'), README);
  return join(folder, 'bench-gpu.mjs');
}

/** @returns the folder of a page that holds the bench */
export async function buildPage(folder: string): Promise<string> {
  await build({ ...SHARED, base: './', build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1e5 } });
  return folder;
}

async function copyDawn(to: string): Promise<void> {
  const from = dirname(createRequire(import.meta.url).resolve('webgpu'));
  const system = `dist/${process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`}`;
  for (const part of ['package.json', 'index.js', system]) await cp(join(from, part), join(to, part), { recursive: true });
}
