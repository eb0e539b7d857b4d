import { render } from 'preact';
import { startEngine } from './engine/engine.js';
import { App, followView } from './shell/app.js';
import { followUndoKeys } from './shell/history.js';
import { keepOffline } from './shell/offline.js';
import { followPanels } from './shell/panels.js';
import { followUrl } from './shell/url.js';
import './shell/theme.js';
import './shell/page.css';

followUrl();
followView();
followUndoKeys();
followPanels();
startEngine();
keepOffline();
render(<App />, document.getElementById('app') as HTMLElement);
