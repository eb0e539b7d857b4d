import { dictionary } from '../shell/language.js';

/** The texts of the pads that digits are drawn on. */
export const t = dictionary({
  pad: ['Drawing pad: draw a digit with mouse, finger or pen', '手写板：用鼠标、手指或笔写一个数字'],
  drawHere: ['Draw a digit here', '在此写一个数字'],
  undo: ['Undo', '撤销'],
  clear: ['Clear', '清除'],
  another: ['Another test digit', '换一个测试数字'],
  previous: ['Previous test digit', '上一个测试数字'],
  isTest: ['Test digit {i}: a {label}', '第 {i} 个测试数字：写的是 {label}'],
  source: [
    'The digits that come with the page are from MNIST (Y. LeCun and C. Cortes), CC BY-SA 3.0.',
    '本页附带的数字来自 MNIST（Y. LeCun 与 C. Cortes），CC BY-SA 3.0。',
  ],
  isDrawn: ['Your own', '你写的数字'],
});
