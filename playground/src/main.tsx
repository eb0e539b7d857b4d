import { render } from 'preact';
import { startEngine } from './engine/engine.js';
import { App } from './shell/app.js';
import { followUndoKeys } from './shell/history.js';
import { followPanels } from './shell/panels.js';
import { followUrl } from './shell/url.js';
import './shell/theme.js';
import './shell/page.css';

followUrl();
followUndoKeys();
followPanels();
startEngine();
render(<App />, document.getElementById('app') as HTMLElement);
