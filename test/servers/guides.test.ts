import { testGuides } from '../docs/run-guides.js';

testGuides(['docs/servers.md'], ['test/servers/node_modules']);
