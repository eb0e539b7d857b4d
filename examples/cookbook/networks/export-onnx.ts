// Export a model to ONNX
// Also: onnxruntime, TensorFlow.js, tfjs, deploy, convert, interoperability
import { stat } from 'node:fs/promises';
import { loadCheckpoint, saveOnnx, saveTfjs } from 'convlab/node';

const { model } = await loadCheckpoint('model.safetensors');
await saveOnnx('model.onnx', model, [1, 1, 28, 28]); // onnxruntime
await saveTfjs('tfjs-model', model, [1, 1, 28, 28]); // tf.loadGraphModel('tfjs-model/model.json')
console.log(Math.round((await stat('model.onnx')).size / 1000), 'kB');
