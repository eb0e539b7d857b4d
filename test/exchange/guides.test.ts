import { testGuides } from '../docs/run-guides.js';

testGuides(['docs/saving-models.md'], ['test/exchange/node_modules']);
