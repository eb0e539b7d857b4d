import { dictionary } from '../shell/language.js';

/** The texts of the adding machine. */
export const t = dictionary({
  title: ['An adding machine made of convolutions', '用卷积做的加法机'],
  lead: [
    'Two digits, one network, two distributions. The probability of each sum is the convolution of the two, computed by the same operator as the network’s maps.',
    '两个数字，一个网络，两个概率分布。每个和的概率正是两个分布的卷积——与计算特征图的是同一个算子。',
  ],
  first: ['First digit', '第一个数字'],
  second: ['Second digit', '第二个数字'],
  likely: ['Probabilities: {name}', '概率：{name}'],
  another: ['A test digit', '测试数字'],
  anotherOf: ['A test digit: {name}', '测试数字：{name}'],
  swap: ['Two test digits', '两个测试数字'],
  nothing: ['Draw both digits', '请写两个数字'],
  says: ['{a} + {b} = {sum}', '{a} + {b} = {sum}'],
  percent: ['with {p}', '概率 {p}'],
  reading: ['Reading the digits …', '正在识别……'],
  sums: ['Probability of each sum', '每个和的概率'],
  sumsHint: ['Click a sum to see which pairs add up to it.', '点击一个和，查看由哪些数对组成。'],
  sum: ['Sum {s}: {p}', '和为 {s}：{p}'],
  pairs: ['Every pair', '所有数对'],
  pairsHint: [
    'One row per first digit, one column per second digit; each cell contains the product of the two probabilities. The digits of all cells on a diagonal have the same sum; adding up each diagonal is the convolution.',
    '每行对应第一个数字，每列对应第二个数字；格中是两概率之积。同一条斜线上的和相同：把它们加起来就是卷积。',
  ],
  pair: ['{a} and {b}: {p}', '{a} 与 {b}：{p}'],
  written: ['The probability of the sum {s}, written out', '写出和为 {s} 的概率'],
  library: ["the library’s number, conv(p, q, { padding: 'full', flip: true })", "库算出的数，conv(p, q, { padding: 'full', flip: true })"],
});
