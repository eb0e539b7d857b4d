// Blur a volume
// Also: 3D, CT, MRI, voxels, anisotropic, stack of slices
import { filterTensor, full, gaussian3d } from 'convlab';

const scan = full([20, 32, 32]); // [D, H, W]
scan.data[10 * 32 * 32 + 16 * 32 + 16] = 1000; // one bright voxel
const soft = await filterTensor(scan, gaussian3d([1, 2, 2]), { paddingMode: 'symmetric' }); // σ in voxels: slices are twice as thick as pixels are wide
console.log(soft.shape.join(' x '), Math.max(...soft.data).toFixed(1));
