/**
 * Orders weights as the blocks read them: [groups, blocks of 4 output channels, inChannels · taps, 4], then the
 * channels left over one by one: [inChannels · taps] each.
 *
 * Weight (group, cout, cin, tap) lies at kernel[group · groupStep + cout · coutStep + cin · cinStep + places[tap]]:
 * with the steps exchanged and other places the same program packs the kernel of the input gradient.
 */
export function packKernel(
  kernel: usize, packed: usize, groups: i32, outChannels: i32, inChannels: i32, taps: i32,
  groupStep: i32, coutStep: i32, cinStep: i32, places: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let cout = 0; cout < outChannels; ) {
      const width = outChannels - cout >= 4 ? 4 : 1;
      for (let cin = 0; cin < inChannels; cin++) {
        for (let tap = 0; tap < taps; tap++) {
          const from = group * groupStep + cout * coutStep + cin * cinStep + load<i32>(places + (<usize>tap << 2));
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

/** What packSparse writes for one output channel: how many taps, their offsets in the strip, in x, and their weights. */
@inline
export function sparseBytes(taps: i32): usize {
  return 4 + 3 * (<usize>taps << 2);
}

/**
 * The taps whose weight is not zero, for each of the output channels by itself.
 * @param kernel [channels, cin · window], turned round within each window with `reverse`
 * @param offsets,directOffsets of all taps, in the strip and in x
 */
export function packSparse(kernel: usize, packed: usize, channels: i32, taps: i32, window: i32, offsets: usize, directOffsets: usize, reverse: bool): void {
  const part = <usize>taps << 2;
  for (let channel = 0; channel < channels; channel++) {
    let to = packed + 4;
    for (let tap = 0; tap < taps; tap++) {
      const from = reverse ? (tap / window) * window + window - 1 - (tap % window) : tap;
      const weight = load<f32>(kernel + (<usize>from << 2));
      if (weight !== 0) {
        const at = <usize>tap << 2;
        store<u32>(to, load<u32>(offsets + at));
        store<u32>(to + part, load<u32>(directOffsets + at));
        store<f32>(to + 2 * part, weight);
        to += 4;
      }
    }
    store<i32>(packed, <i32>((to - packed - 4) >> 2));
    packed += sparseBytes(taps);
    kernel += part;
  }
}
