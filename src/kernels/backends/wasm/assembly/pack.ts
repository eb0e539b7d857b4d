/**
 * Orders weights as the blocks read them: [groups, blocks of 4 output channels, inChannels · taps, 4], then the
 * channels left over one by one: [inChannels · taps] each.
 *
 * Weight (group, cout, cin, tap) lies at kernel[group · groupStep + cout · coutStep + cin · cinStep + tap]:
 * with the steps exchanged and the taps reversed the same program packs the kernel of the input gradient.
 */
export function packKernel(
  kernel: usize, packed: usize, groups: i32, outChannels: i32, inChannels: i32, taps: i32,
  groupStep: i32, coutStep: i32, cinStep: i32, reverse: bool,
): void {
  for (let group = 0; group < groups; group++) {
    for (let cout = 0; cout < outChannels; ) {
      const width = outChannels - cout >= 4 ? 4 : 1;
      for (let cin = 0; cin < inChannels; cin++) {
        for (let tap = 0; tap < taps; tap++) {
          const from = group * groupStep + cout * coutStep + cin * cinStep + (reverse ? taps - 1 - tap : tap);
          for (let i = 0; i < width; i++) {
            store<f32>(packed, load<f32>(kernel + (<usize>(from + i * coutStep) << 2)));
            packed += 4;
          }
        }
      }
      cout += width;
    }
  }
}
