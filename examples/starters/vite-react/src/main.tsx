import { createRoot } from 'react-dom/client';
import { BlurredPicture } from './blurred-picture';

const root = document.getElementById('root');
if (root) createRoot(root).render(<BlurredPicture />);
