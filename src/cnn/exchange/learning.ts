import { show } from '../../errors.js';
import type { Module } from '../module.js';
import { type Complaint, parseJson } from './json.js';

/** Training state in the metadata of a checkpoint: frozen parameters by name, and modules in evaluation mode by path. */
export function learningOf(model: Module): Record<string, string> {
  const frozen = [...model.namedParameters()].flatMap(([name, { trainable, requiresGrad }]) => (trainable && !requiresGrad ? [name] : []));
  const fixed = model.partsInEvaluation();
  return { ...(frozen.length > 0 && { frozen: JSON.stringify(frozen) }), ...(fixed.length > 0 && { fixed: JSON.stringify(fixed) }) };
}

/** The inverse, for an untrusted file. */
export function restoreLearning(model: Module, metadata: Readonly<Record<string, string>>, complain: Complaint): void {
  const parameters = model.namedParameters();
  const modules = new Map(model.namedModules());
  for (const name of namesIn(metadata.frozen, 'frozen parameters', complain)) {
    const parameter = parameters.get(name);
    if (!parameter) throw complain(`it freezes ${show(name)}, which is not a parameter of the model`);
    parameter.requiresGrad = false;
  }
  for (const path of namesIn(metadata.fixed, 'parts in evaluation mode', complain)) {
    const module = modules.get(path);
    if (!module) throw complain(`it sets ${show(path)} to evaluation mode, which is not a part of the model`);
    module.training = false;
  }
}

function namesIn(text: string | undefined, what: string, complain: Complaint): readonly string[] {
  const names = text === undefined ? [] : parseJson(text, complain);
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) throw complain(`its ${what} must be a list of names, received ${show(names)}`);
  return names;
}
