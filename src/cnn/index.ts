export { AveragedModel, type AveragedModelOptions } from './averaged-model.js';
export type { Batches, TrainingBatch } from './batches.js';
export type { TracedModel } from './compiled-graphs.js';
export { argmax, type EvaluateOptions, type Evaluation, evaluate, type Mistake, rightness } from './evaluate.js';
export { type Architecture, type ArchitectureOptions, architectureOf, modelFrom } from './exchange/architecture.js';
export { type Checkpoint, type CheckpointContents, decodeCheckpoint, encodeCheckpoint } from './exchange/checkpoint.js';
export type { ModuleFormat } from './exchange/module-formats.js';
export { toOnnx } from './exchange/onnx.js';
export { decodeSafetensors, type EncodeSafetensorsOptions, encodeSafetensors, type Safetensors, type SafetensorsOptions } from './exchange/safetensors.js';
export { toTfjs } from './exchange/tfjs.js';
export type { TfjsModel, TfNode, TfShape, TfSignature, TfWeightSpec } from './exchange/tfjs-file.js';
export { retrieveFeatures } from './features.js';
export { clamp, gelu, hardsigmoid, hardswish, leakyRelu, prelu, relu, relu6, sigmoid, silu, tanh } from './functional/activations.js';
export { add, concatenate, multiply } from './functional/arithmetic.js';
export { type BatchNormOptions, batchNorm } from './functional/batch-normalization.js';
export { convolve, convolveTransposed, scaleChannels } from './functional/convolution.js';
export { dropout, dropout2d } from './functional/dropout.js';
export { groupNorm } from './functional/group-normalization.js';
export { adaptiveAveragePooling, adaptiveMaxPooling, averagePooling, maxPooling } from './functional/pooling.js';
export { flatten, view } from './functional/shape.js';
export { logSoftmax, softmax } from './functional/softmax.js';
export { type UpsampleOptions, upsample } from './functional/upsampling.js';
export { type GradCheckEntry, type GradCheckOptions, gradCheck } from './grad-check.js';
export { Graph, type GraphStep, Storage, Value } from './graph.js';
export { type FromOnnxOptions, fromOnnx } from './import/from-onnx.js';
export { type FromTfjsLayersOptions, fromTfjsLayers } from './import/from-tfjs-layers.js';
export { ImportedNet } from './import/imported-net.js';
export type { Attribute, GraphFile, GraphPlan, KnownValues, NodePlan, ParameterPlan, ParameterRole } from './import/plan.js';
export type { Initializer } from './init.js';
/** Ways to fill a {@link Parameter}: PyTorch's initializers, e.g. `new Parameter([8, 4], init.kaimingUniform(4))`. */
export * as init from './init.js';
export { type MaximizedInput, type MaximizeOptions, maximizeActivation } from './inspect/maximize.js';
export { type OcclusionOptions, occlusionMap } from './inspect/occlusion.js';
export { type GradCamOptions, gradCam, type ScoreOptions, saliency, scoreGradient } from './inspect/saliency.js';
export { convBySlices, type SlicedConv } from './inspect/slices.js';
export { type TopActivation, topActivations } from './inspect/top-activations.js';
export {
  Dropout,
  Dropout2d,
  Flatten,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  LogSoftmax,
  PReLU,
  ReLU,
  ReLU6,
  Reshape,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from './layers/activation-layers.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormLayerOptions } from './layers/batch-norm.js';
export { Parallel, Residual, Sequential } from './layers/compose.js';
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions, ConvTranspose2d, type ConvTransposeOptions, Linear } from './layers/conv-layers.js';
export { GroupNorm, type GroupNormOptions, LayerNorm, type LayerNormOptions } from './layers/group-norm.js';
export {
  AdaptiveAvgPool,
  AdaptiveMaxPool,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolLayerOptions,
  BlurPool,
  type BlurPoolOptions,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type PoolLayerOptions,
} from './layers/pool-layers.js';
export { Upsample } from './layers/upsample.js';
export {
  BCEWithLogitsLoss,
  type CompiledLoss,
  CrossEntropyLoss,
  type CrossEntropyOptions,
  Loss,
  type LossValue,
  MSELoss,
  NLLLoss,
} from './losses.js';
export { ModelOutput } from './model-output.js';
export { type BestNetOptions, bestNet } from './models/best-net.js';
export { ConvNet } from './models/conv-net.js';
export { NETS, type NetName } from './models/nets.js';
export { Module } from './module.js';
export type { LoadedNames, LoadOptions, TraceOptions } from './module-options.js';
export { Optimizer } from './optimizer.js';
export { Adam, type AdamOptions, AdamW, RMSprop, type RMSpropOptions, SGD, type SGDOptions } from './optimizers.js';
export { Parameter } from './parameter.js';
export type { OptimizerGroup, ParameterGroup, Trainable } from './parameter-groups.js';
export { HuberLoss, type HuberOptions, L1Loss, SmoothL1Loss, type SmoothL1Options } from './regression-losses.js';
export { cosineSchedule, type OneCycleOptions, oneCycleSchedule, type Schedule, stepSchedule, warmUp } from './schedules.js';
export { DiceLoss, type DiceOptions, FocalLoss, type FocalOptions } from './segmentation-losses.js';
export { type Summary, type SummaryLine, summary } from './summary.js';
export type { ClassLossOptions, Target } from './targets.js';
export { type TrainOptions, train } from './train.js';
export { type BatchRecord, DivergedError, type Divergence, type EpochRecord, type History } from './training-history.js';
