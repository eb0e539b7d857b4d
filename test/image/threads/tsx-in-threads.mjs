// node --import: TypeScript in every thread, where `--import tsx` serves the main one alone.
import { register } from 'tsx/esm/api';

register();
