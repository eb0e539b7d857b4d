// Translates error messages of the library, which are in English and have a few forms, to the current language.
import { language } from './language.js';

type Form = readonly [english: RegExp, chinese: string];

/** The rules of options. */
const RULES: readonly Form[] = [
  [/^an integer ≥ (\S+)$/, '≥ $1 的整数'],
  [/^an integer from (\S+) to (\S+)$/, '$1 到 $2 的整数'],
  [/^a number from (\S+) to (\S+)$/, '$1 到 $2 的数'],
  [/^a finite number > sigma1 \((.+)\)$/, '大于 sigma1（$1）的有限数'],
  [/^a finite number > (\S+)$/, '大于 $1 的有限数'],
  [/^a finite number ≥ (\S+)$/, '≥ $1 的有限数'],
  [/^a finite (?:float32 )?number$/, '有限的数'],
  [/^at most (\S+) cells per side$/, '每侧不超过 $1 格'],
  [/^one of (.+)$/, '以下之一：$1'],
  [/^a probability, (.+)$/, '概率，$1'],
  [/^a cell of the kernel.*?(\d.*)?$/, '卷积核的一格（$1）'],
];

/** Complete messages. The operation at their beginning is a name and stays unchanged. */
const FORMS: readonly Form[] = [
  [/^(\w+): padding must be smaller than the axis with paddingMode 'reflect' \((.+)\), received (.+)$/, '$1：reflect 模式的补齐必须窄于该轴（$2），收到 $3'],
  [
    /^(\w+): padding must leave at least one cell of the axis in every window \(window of (\S+), axis of (.+)\), received (.+)$/,
    '$1：补齐太宽，$2 格的窗口会完全落在补齐上（轴长 $3），收到 $4',
  ],
  [
    /^(\w+): the output would be empty: the kernel covers (\S+) cells \(size (\S+), dilation (\S+)\), but spatial axis (\S+) has (\S+) and padding (.+)$/,
    '$1：输出为空：核的 $3 格在膨胀 $4 时覆盖 $2 格，而第 $5 个空间轴只有 $6 格，补齐 $7',
  ],
  [/^parseKernel: the text must be in one of the formats (.+)$/, 'parseKernel：文本不属于任何已知格式：$1'],
  [/^formatKernel: the (\w+) format cannot store (\w+) (.+); use json$/, 'formatKernel：$1 格式无法保存 $2（$3）；请用 json'],
  [/^openWeights: (.+): its network has layers that this page does not support$/, 'openWeights：$1 的网络含有本页不支持的层'],
  [/^digits: choose two files, one of images and one of labels, received (.+)$/, 'digits：需要两个文件，一个图像、一个标签，收到 $1 个'],
  [/^digits: one file must contain images (.+), the other labels (.+), received (.+)$/, 'digits：一个文件须为图像 $1，另一个为标签 $2，收到 $3'],
  [/^digits: images must have (.+) pixels, received (.+)$/, 'digits：图像须为 $1 像素，收到 $2'],
  [/^digits: images and labels must have the same length, received (\d+) and (\d+)$/, 'digits：有 $1 幅图像，却有 $2 个标签'],
  [/^digits: choose at least (\d+) images, received (\d+)$/, 'digits：至少需要 $1 幅图像，收到 $2'],
  [/^digits: labels must be from 0 to 9, received (.+)$/, 'digits：标签须为 0 到 9，收到 $1'],
  [/^parseIdx: (.+) is truncated: its header must have (\d+) bytes, but the file has (\d+)$/, 'parseIdx：$1 不完整：文件头须有 $2 字节，文件只有 $3'],
  [/^(?:createBackend: )?no GPU is available \((.+)\)$/, '没有可用的 GPU（$1）'],
  [/^(.+): HTTP status (\d+)$/, '$1：HTTP 状态 $2'],
  [/^the worker could not be loaded$/, '后台线程无法加载'],
  [/^Failed to fetch.*$/, '无法取得文件'],
];

const CHINESE = /[\u3400-\u9fff]/;

/** An error message in the current language; messages without a translation are marked as English. */
export function complaintIn(message: string): string {
  if (language.value !== 'zh' || message === '' || CHINESE.test(message)) return message;
  const must = /^(\w+): (\S+) must be (.+), received (.+?)(?:; did you mean (.+)\?)?$/.exec(message);
  if (must) {
    const [, operation, option, rule, received, meant] = must;
    return `${operation}：${option} 必须是${ruleIn(rule)}，收到 ${received}${meant ? `；是否指 ${meant}？` : ''}`;
  }
  for (const [english, chinese] of FORMS) if (english.test(message)) return message.replace(english, chinese);
  return `（英文原文）${message}`;
}

function ruleIn(rule: string): string {
  for (const [english, chinese] of RULES) if (english.test(rule)) return rule.replace(english, chinese);
  return `：${rule}`;
}
