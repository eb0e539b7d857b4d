// Load weights from PyTorch
// Also: state_dict, safetensors, pretrained, import, convert weights
// Save the weights in Python with `safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')`.
import { ConvNet } from 'convlab';
import { loadSafetensors } from 'convlab/node';

const { tensors } = await loadSafetensors('weights.safetensors');
const model = new ConvNet(); // layers named as in the PyTorch module
const { missing, unexpected } = model.loadStateDict(tensors, { strict: false });
console.log(missing.length, 'missing,', unexpected.length, 'unexpected');
