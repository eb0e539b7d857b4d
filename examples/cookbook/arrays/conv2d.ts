// conv2d as in PyTorch
// Also: convolution operator, stride, padding, groups, depthwise, F.conv2d, PyTorch tensor
import { conv, full } from 'convlab';

const x = full([1, 3, 224, 224], 1); // [N, C, H, W]
const kernel = full([8, 3, 7, 7], 1); // [Cout, Cin / groups, kH, kW]
const y = await conv(x, kernel, { stride: 2, padding: 3 });
console.log(y.shape.join(' x '));
