// The texts of the home page, in both languages. The Chinese terms are those of docs/lecture.zh.md.
const FIRST_CALL = `import { filter, sharpen } from 'convlab';
import { readImage, writeImage } from 'convlab/node';

const photo = await readImage('photo.jpg');
await writeImage('sharp.png', await filter(photo, sharpen()));`;

const FIRST_NET = `import { Adam, ConvNet, DataLoader, NLLLoss, train } from 'convlab';
import { mnist } from 'convlab/node';

const model = new ConvNet();
const digits = await mnist({ train: true });
await train(model, {
  train: new DataLoader(digits, { batchSize: 64, shuffle: true }),
  loss: new NLLLoss(),
  optimizer: new Adam(model),
  epochs: 3,
});`;

export const CODE = { FIRST_CALL, FIRST_NET };

export const TEXTS = {
  en: {
    lang: 'en',
    file: 'index.html',
    other: { file: 'zh.html', lang: 'zh-CN', name: '中文' },
    title: 'convlab: image filters and neural networks built on one convolution operator, in TypeScript',
    description:
      'A convolution library for TypeScript and JavaScript: image filters with custom kernels and small convolutional networks, in Node and the browser.',
    skip: 'Skip to content',
    theme: 'Switch between light and dark',
    search: 'Search',
    more: 'More pages',
    lost: {
      title: 'Page not found',
      text: 'The page may have moved. Search the guides, the recipes and the reference.',
      search: ['Search', 'guides.html?search'],
      home: ['Home', 'index.html'],
    },
    nav: [
      ['Guides', 'guides.html'],
      ['Cookbook', 'guides.html#cookbook'],
      ['API', 'guides/api.html'],
      ['Playground', 'playground/index.html'],
      ['Lecture', 'guides/lecture.html'],
    ],
    heading: ['Image filters and neural networks,', 'built on one operator'],
    lead: 'convlab is a TypeScript library for Node and the browser. Filter photos with any kernel, train small convolutional networks, and see every step.',
    install: 'npm install convlab',
    published: ['not on npm yet', 'guides/getting-started.html#installing'],
    begin: ['Get started', 'guides/getting-started.html'],
    play: ['Open the playground', 'playground/index.html'],
    live: 'Live filter',
    picture: 'A painted landscape: a lighthouse, mountains and the sea, a color chart and a ball on a table',
    divider: 'Boundary between the original and the filtered image',
    before: 'original',
    after: 'filtered',
    chips: { sharpen: 'Sharpen', gaussian: 'Gaussian blur', motion: 'Motion blur', edges: 'Sobel edges', emboss: 'Emboss', own: 'Your own' },
    kernel: 'Kernel: edit any weight',
    weight: 'row {row}, column {column}',
    heat: 'Heat map of the kernel weights',
    amount: 'Parameter',
    loading: 'Loading …',
    failed: 'The filter cannot run in this browser',
    noscript: 'The filter needs JavaScript. Everything else on this site works without it.',
    sentence: 'An image filter is a convolution with a kernel chosen by hand. A convolutional layer performs the same operation with a learned kernel.',
    chosen: {
      title: 'Choose the kernel',
      text: 'Use a kernel by name or write your own. Borders, alpha, linear light, signed results, regions and masks are options of the same call.',
      link: ['All filters', 'guides/filters.html'],
    },
    learned: {
      title: 'Or learn it',
      text: 'Layers, losses and optimizers have the same names as in PyTorch and give the same numerical results. Models can be saved as safetensors, ONNX and TensorFlow.js files, and models of those kinds can be loaded and trained further.',
      link: ['Train a network', 'guides/training.html'],
    },
    doors: 'Where to start',
    door: [
      ['Guides', 'guides.html', 'filters.jpg', 'Install, filter, resize, stream, serve, train: one page for each task.'],
      ['Cookbook', 'guides.html#cookbook', 'canny.jpg', 'Short programs that answer common questions, most with an image of the result.'],
      ['Playground', 'playground/index.html', 'playground.jpg', 'The weighted sum behind every pixel, and a network that recognizes the digit you draw.'],
      ['Lecture', 'guides/lecture.html', 'lecture.jpg', 'A course on convolutional networks with runnable lessons.'],
      ['Ten pictures', 'guides/ten-pictures.html', 'stride.jpg', 'Convolution from one pixel to a learned kernel.'],
      ['API by task', 'guides/api.html', 'api.jpg', 'Every function, class and option, many with runnable examples.'],
    ],
    facts: [
      [
        'Optimized for every option',
        'Filters with strides, masks, alpha, 16-bit samples or signed results all run in WebAssembly SIMD with threads.',
        'guides/performance.html',
        'Performance',
      ],
      ['Three backends agree', 'WebAssembly, GPUs and the reference implementation in plain loops pass the same tests.', 'guides/backends.html', 'Backends'],
      ['Reproducible results', 'The number of threads never changes a result on the CPU.', 'guides/reliability.html', 'Reliability'],
      ['Larger than memory', 'Images are read, filtered and written row by row.', 'guides/scale.html', 'Scale'],
    ],
    foot: [
      ['Getting started', 'guides/getting-started.html'],
      ['Coming from sharp, OpenCV or PyTorch', 'guides/coming-from.html'],
      ['Changes', 'guides/CHANGELOG.html'],
      ['Contributing', 'guides/CONTRIBUTING.html'],
      ['Licenses', 'guides/licenses.html'],
    ],
  },
  zh: {
    lang: 'zh-CN',
    file: 'zh.html',
    other: { file: 'index.html', lang: 'en', name: 'English' },
    title: 'convlab：图像滤波与卷积神经网络，同一个卷积，TypeScript 实现',
    description: 'TypeScript 和 JavaScript 的卷积库：用任意卷积核做图像滤波，训练小型卷积神经网络，在 Node 和浏览器中运行。',
    skip: '跳到正文',
    theme: '切换浅色和深色',
    search: '搜索（英文）',
    more: '更多页面',
    lost: {
      title: '找不到页面',
      text: '页面可能已经移动。可以搜索指南、示例和参考手册。',
      search: ['搜索（英文）', 'guides.html?search'],
      home: ['首页', 'zh.html'],
    },
    nav: [
      ['指南（英文）', 'guides.html'],
      ['示例（英文）', 'guides.html#cookbook'],
      ['API（英文）', 'guides/api.html'],
      ['演练场', 'playground/index.html?lang=zh'],
      ['讲义', 'guides/lecture.zh.html'],
    ],
    heading: ['图像滤波与神经网络，', '同一个卷积'],
    lead: 'convlab 是用于 Node 和浏览器的 TypeScript 库：用任意卷积核处理照片，训练小型卷积神经网络，并且看清每一步计算。',
    install: 'npm install convlab',
    published: ['尚未发布到 npm', 'guides/getting-started.html#installing'],
    begin: ['从讲义开始', 'guides/lecture.zh.html'],
    play: ['打开演练场', 'playground/index.html?lang=zh'],
    live: '实时滤波',
    picture: '一幅风景画：灯塔、山和海，桌上有色卡和球',
    divider: '原图与滤波结果的分界线',
    before: '原图',
    after: '滤波后',
    chips: { sharpen: '锐化', gaussian: '高斯模糊', motion: '运动模糊', edges: 'Sobel 边缘', emboss: '浮雕', own: '自定义核' },
    kernel: '卷积核：每个权重都可以改',
    weight: '第 {row} 行第 {column} 列',
    heat: '卷积核权重的热图',
    amount: '参数',
    loading: '正在加载……',
    failed: '当前浏览器无法运行滤波',
    noscript: '滤波需要 JavaScript；本站的其他内容不需要。',
    sentence: '滤波器是由人选定卷积核的卷积；CNN 的一层是同样的卷积，只是卷积核是学出来的。',
    chosen: {
      title: '选定卷积核',
      text: '可以按名称选用卷积核，也可以自己编写。边界、透明度、线性光、带符号的结果、区域和蒙版，都是同一个调用的选项。',
      link: ['全部滤波器（英文）', 'guides/filters.html'],
    },
    learned: {
      title: '或者让网络学出卷积核',
      text: '层、损失函数和优化器的名称和数值结果都与 PyTorch 一致。模型可以存成 safetensors、ONNX 和 TensorFlow.js 格式，也可以从中读入。',
      link: ['训练网络（英文）', 'guides/training.html'],
    },
    doors: '从哪里看起',
    door: [
      ['讲义', 'guides/lecture.zh.html', 'lecture.jpg', '一门卷积神经网络课程，每一课都能运行。'],
      ['演练场', 'playground/index.html?lang=zh', 'playground.jpg', '每个像素背后的求和，以及识别你手写数字的网络。'],
      ['十幅图（英文）', 'guides/ten-pictures.html', 'stride.jpg', '从一个像素到学出来的卷积核。'],
      ['示例（英文）', 'guides.html#cookbook', 'canny.jpg', '解答常见问题的短程序，大多附有结果图。'],
      ['指南（英文）', 'guides.html', 'filters.jpg', '安装、滤波、缩放、流式处理、服务器、训练，每项一页。'],
      ['API（英文）', 'guides/api.html', 'api.jpg', '每个函数、类和选项，都有可运行的例子。'],
    ],
    facts: [
      ['各种选项都经过优化', '步长、蒙版、透明度、16 位和带符号的结果，都由多线程的 WebAssembly SIMD 计算。', 'guides/performance.html', '性能（英文）'],
      ['三种后端结果一致', 'WebAssembly 和 GPU 后端，与作为基准的普通循环实现通过同一套测试。', 'guides/backends.html', '后端（英文）'],
      ['结果可复现', '在 CPU 上，结果与线程数无关。', 'guides/reliability.html', '可靠性（英文）'],
      ['超出内存的图像', '图像逐行读入、滤波、写出。', 'guides/scale.html', '大规模处理（英文）'],
    ],
    foot: [
      ['入门（英文）', 'guides/getting-started.html'],
      ['从 sharp、OpenCV 或 PyTorch 迁移（英文）', 'guides/coming-from.html'],
      ['更新记录（英文）', 'guides/CHANGELOG.html'],
      ['参与开发（英文）', 'guides/CONTRIBUTING.html'],
      ['许可证（英文）', 'guides/licenses.html'],
    ],
  },
};
