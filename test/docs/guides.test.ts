import { readdirSync } from 'node:fs';
import { testGuides } from './run-guides.js';

/** Pages that other tests run: one shows files of the sources, the others need ONNX Runtime, servers and queues. */
const ELSEWHERE = ['writing-a-backend.md', 'saving-models.md', 'servers.md', 'queues.md'];

testGuides(['README.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') && !ELSEWHERE.includes(name) ? [`docs/${name}`] : []))]);
