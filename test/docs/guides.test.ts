import { readdirSync } from 'node:fs';
import { testGuides } from './run-guides.js';

/** Pages that other tests run: one shows files of the sources, the other runs its model in ONNX Runtime. */
const ELSEWHERE = ['writing-a-backend.md', 'saving-models.md'];

testGuides(['README.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') && !ELSEWHERE.includes(name) ? [`docs/${name}`] : []))]);
