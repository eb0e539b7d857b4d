// Smooth a time series
// Also: moving average, signal, 1D, sensor data, gaussian smoothing, chart
import { filterTensor, gaussian1d, tensor } from 'convlab';

const series = tensor([3, 4, 3, 5, 9, 5, 4, 3, 4]);
const mean = await filterTensor(series, tensor([1 / 3, 1 / 3, 1 / 3]), { paddingMode: 'replicate' });
const smooth = await filterTensor(series, gaussian1d(1), { paddingMode: 'replicate' });
console.log([...mean.data].map((value) => value.toFixed(1)).join(' '));
console.log([...smooth.data].map((value) => value.toFixed(1)).join(' '));
