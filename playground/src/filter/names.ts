// The catalogue in both languages; its own summaries are in English.
import { catalogue } from 'convlab';
import { language } from '../shell/language.js';

/** The name of an entry. The English name is used in code and addresses, so it is always shown. */
const CHINESE_NAMES: Readonly<Record<string, string>> = {
  identity: '恒等',
  box: '均值模糊',
  gaussian: '高斯模糊',
  binomial: '二项式模糊',
  disk: '圆盘虚化',
  'motion-blur': '运动模糊',
  'motion-diagonal': '对角运动模糊',
  sharpen: '锐化',
  'high-pass': '高通',
  emboss: '浮雕',
  'difference-x': '水平差分',
  'difference-diagonal': '对角差分',
  'roberts-falling': 'Roberts 下降对角',
  'roberts-rising': 'Roberts 上升对角',
  'prewitt-x': 'Prewitt 水平',
  'prewitt-y': 'Prewitt 竖直',
  'sobel-x': 'Sobel 水平',
  'sobel-y': 'Sobel 竖直',
  'scharr-x': 'Scharr 水平',
  'scharr-y': 'Scharr 竖直',
  kirsch: 'Kirsch 罗盘',
  robinson: 'Robinson 罗盘',
  'laplacian-4': '拉普拉斯，四邻',
  'laplacian-8': '拉普拉斯，八邻',
  'laplacian-of-gaussian': '高斯拉普拉斯',
  'difference-of-gaussians': '高斯差分',
  gabor: 'Gabor 条纹',
  'unsharp-mask': '反锐化掩模',
  'roberts-edges': 'Roberts 边缘',
  'prewitt-edges': 'Prewitt 边缘',
  'sobel-edges': 'Sobel 边缘',
  'scharr-edges': 'Scharr 边缘',
  'kirsch-edges': 'Kirsch 边缘',
  'robinson-edges': 'Robinson 边缘',
  'gradient-direction': '梯度方向',
  canny: 'Canny 边缘线',
  'local-mean': '局部均值',
  'local-variance': '局部方差',
  'local-standard-deviation': '局部标准差',
};

/** The name of an entry, in the current language. */
export function nameOf(name: string): string {
  const own = language.value === 'zh' ? CHINESE_NAMES[name] : undefined;
  return own ? `${own} ${name}` : name;
}

const CHINESE: Readonly<Record<string, string>> = {
  identity: '不作改变',
  box: '模糊：n × n 像素的平均',
  gaussian: '模糊，无棱角与振铃：钟形曲线',
  binomial: '模糊：整数的小型高斯',
  disk: '镜头虚化：每点变为均匀圆盘',
  'motion-blur': '运动模糊：任意长度与角度',
  'motion-diagonal': '运动模糊：沿对角线 9 像素',
  sharpen: '更清晰：原图 − 强度 · 拉普拉斯',
  'high-pass': '高斯模糊所去掉的部分',
  emboss: '浮雕，光可来自任一侧',
  'difference-x': '竖直边缘：f(x, y) − f(x − 1, y)',
  'difference-diagonal': '叠加在图像上的对角边缘',
  'roberts-falling': '沿下降对角线的坡度，2 × 2 像素',
  'roberts-rising': '沿上升对角线的坡度，2 × 2 像素',
  'prewitt-x': '竖直边缘：三行的平均坡度',
  'prewitt-y': '水平边缘：三列的平均坡度',
  'sobel-x': '竖直边缘：向右的平滑坡度',
  'sobel-y': '水平边缘：向下的平滑坡度',
  'scharr-x': '竖直边缘，方向最准',
  'scharr-y': '水平边缘，方向最准',
  kirsch: '朝向八个方向之一的边缘',
  robinson: '朝向八个方向之一的边缘，用 Sobel 权重',
  'laplacian-4': '边缘与细节：沿坐标轴的二阶差分',
  'laplacian-8': '边缘与细节：也沿对角线',
  'laplacian-of-gaussian': '某一尺度的斑点与边缘：模糊后的拉普拉斯',
  'difference-of-gaussians': '比一种模糊细，比另一种粗',
  gabor: '某一宽度与方向的条纹',
  'unsharp-mask': '更清晰：加回模糊去掉的足够大的部分',
  'roberts-edges': '各方向的边缘，用 Roberts 核',
  'prewitt-edges': '各方向的边缘，用 Prewitt 核',
  'sobel-edges': '各方向的边缘，用 Sobel 核',
  'scharr-edges': '各方向的边缘，用 Scharr 核',
  'kirsch-edges': '各方向的边缘，用 Kirsch 核',
  'robinson-edges': '各方向的边缘，用 Robinson 核',
  'gradient-direction': '色相表示变亮的方向，亮度表示坡度',
  canny: '一像素宽的边缘线',
  'local-mean': '周围像素的平均',
  'local-variance': '周围像素差异的平方；白为 1',
  'local-standard-deviation': '周围像素的差异',
};

/** The summary of an entry in the current language. */
export function summaryOf(name: string): string {
  return (language.value === 'zh' && CHINESE[name]) || catalogue[name].summary;
}

const PARAMETERS: Readonly<Record<string, string>> = {
  n: '边长 n',
  size: '窗口边长',
  sigma: 'σ',
  sigma1: 'σ₁',
  sigma2: 'σ₂',
  radius: '半径',
  length: '长度',
  angle: '角度',
  strength: '强度',
  depth: '深度',
  direction: '方向',
  wavelength: '波长',
  orientation: '取向',
  phase: '相位',
  amount: '量',
  threshold: '阈值',
  low: '低阈值',
  high: '高阈值',
};

/** The name of a parameter in the current language. */
export function parameterName(name: string): string {
  return (language.value === 'zh' && PARAMETERS[name]) || name;
}
