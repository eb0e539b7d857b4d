import type { Command } from 'commander';
import { addFlags, BACKEND_FLAGS, type BackendFlags } from '../flags.js';
import type { Terminal } from '../terminal.js';

/** `convlab compare A B`: measures the difference between two images. */
export function addCompareCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('compare').description('measure the difference between two images'), BACKEND_FLAGS)
    .argument('<a>', 'image')
    .argument('<b>', 'another image of the same size and sample type')
    .option('--json', 'print JSON; psnr is null if infinite')
    .action(async (from: string, to: string, { backend: name, gpuMode, threads, json }: BackendFlags & { json?: boolean }) => {
      const [{ compareImages }, { readImage }, { openBackend }] = await Promise.all([
        import('../../filters/operations/compare-images.js'),
        import('../../image/image-files.js'),
        import('../open-backend.js'),
      ]);
      const [a, b] = await Promise.all([readImage(from), readImage(to)]);
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const { max, mean, rmse, psnr, ssim } = await compareImages(a, b, { backend });
        const digits = (value: number) => String(Number(value.toPrecision(6)));
        const lines = [
          `max   ${digits(max)}`,
          `mean  ${digits(mean)}`,
          `RMSE  ${digits(rmse)}`,
          `PSNR  ${digits(psnr)} dB`,
          `SSIM  ${ssim === null ? 'none: smaller than 11 pixels' : digits(ssim)}`,
        ];
        terminal.out(json ? `${JSON.stringify({ max, mean, rmse, psnr, ssim })}\n` : `${lines.join('\n')}\n`);
      } finally {
        backend.dispose();
      }
    });
}
