import type { Reason } from 'convlab';
import { language } from '../shell/language.js';

const CHINESE: Readonly<Record<Reason['name'], string>> = {
  asked: '这是所要求的',
  definition: '参考后端就是定义本身',
  little: '计算量很小，还没规划完就已算完',
  cheapest: '没有明显更省的算法',
  zeros: '零权重不必相乘',
  product: '{size} 的核是一维核的乘积：{passes}',
  products: '{size} 的核是 {n} 个一维核乘积之和：{passes}',
  equal: '权重全部相等：窗口之和由滑动求和得到，与窗口大小无关',
  large: '傅里叶变换后，每个频率只需一次乘法，而 {size} 的核足够大，值得做变换',
  noProgram: '{backend} 后端没有这种程序',
  noZeros: '没有为零的权重',
  notFinite: '核中有 NaN 或无穷大的权重',
  unequal: '权重不全相等',
  addsUp: '每个输出通道要累加 {n} 个输入通道',
  addsUpOwn: '每个输出通道要累加 {n} 个输入通道，每个通道各有自己的核',
  spectra: '核的频谱会超过 256 MB',
  singleAxis: '核本来就只沿一个轴',
  noProducts: '核不能写成不超过 {n} 个一维核乘积之和',
  padding: '用非零值补齐时，每个乘积需要不同的补齐值',
  whole: '权重都是同一个数的整数倍，且 16 位能容纳每个和',
  noPictures: '{backend} 后端没有处理图像的程序',
  readBack: '图像所在的 {device} 没有对应的程序：先读回，在主机上计算，再上传',
  beyondBorders: '不滤波的像素来自几个核的边界之外',
  soon: '没有 GPU 能这么快给出结果',
  unsought: '等 GPU 本可节省 {milliseconds} 毫秒之后才去寻找它',
  noGpu: '没有找到硬件 GPU（{reason}）',
  gpuFailed: 'GPU 出错（{reason}）',
  noGpuProgram: 'GPU 没有这种程序',
  gpuRefused: 'GPU 拒绝了它（{reason}）',
  notRepaid: '为 GPU 编译所花的时间还没有赚回来',
  compiling: '正在为 GPU 编译',
  predicted: '预计更快',
  measured: '实测更快',
  compared: '两者不时互相比较',
  tooLarge: '图像需要 {bytes} 字节，而设备的一个缓冲区只能容纳 {most}',
  side: '图像的一边超过了设备一次启动所覆盖的 {most} 像素',
  bytesOnly: '{device} 只计算 8 位到 8 位的图像，不做归一化，也不用蒙版',
  textureSide: '图像的一边只有 1 像素，或者超过了设备纹理的 {most} 像素',
  light: '求和前 sRGB 样本变为光强，求和后再变回 sRGB',
  alpha: '求和前颜色乘以 alpha，求和后再除以它',
  gray: '每个像素的颜色变为加权和',
  luminance: '从颜色取出亮度，再把亮度的变化加到颜色上',
  samples: '样本是 {from}，结果是 {to}',
  part: '结果（{size} 像素）覆盖到图像上',
  twice: '所有的和都计算两次：先找出最小和最大的',
};

/** A reason of the plan, in the current language. @param english the text of the library */
export function reasonIn(english: string, reason: Reason | undefined): string {
  if (language.value !== 'zh' || !reason) return english;
  return CHINESE[reason.name].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = reason.values?.[key];
    return Array.isArray(value) ? value.join('，再 ') : String(value);
  });
}
