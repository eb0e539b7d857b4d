/** The style sheet of the page. It loads nothing, and its colors follow the reader's light or dark preference. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2933; --faint: #52606d; --line: #d8dee4; --panel: #f5f7fa; --training: #b45309; --validation: #0067a5; --right: 0, 103, 165; --wrong: 190, 75, 0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e6eaee; --faint: #a3b0bd; --line: #36404a; --panel: #1d232a; --training: #ff9f45; --validation: #5db8f0; --right: 70, 160, 225; --wrong: 255, 140, 60; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 40px 0 12px; }
p { margin: 0 0 12px; }
.faint, figcaption, th { color: var(--faint); }
.faint { font-size: 0.9rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { background: var(--panel); border-radius: 6px; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: 12px 32px; margin: 16px 0 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--faint); font-size: 0.9rem; }
.figures dd { margin: 0; font-size: 1.5rem; font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 24px; }
figure { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: baseline; }
.charts strong { color: var(--ink); margin-right: auto; }
.charts svg { display: block; width: 100%; height: auto; }
.key::before { content: ''; display: inline-block; width: 16px; height: 3px; margin-right: 6px; vertical-align: middle; background: currentColor; }
.training::before { background: var(--training); }
.validation::before { background: var(--validation); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: normal; text-align: left; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
td.n, th.n { text-align: right; }
.confusion td { text-align: center; min-width: 44px; border: 1px solid var(--paper); background: rgba(var(--c, var(--wrong)), var(--a, 0)); }
.confusion th { border: 0; }
.confusion thead th { text-align: center; }
.confusion td.right { --c: var(--right); }
.confusion td.share { background: none; color: var(--faint); }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 16px 12px; }
.sheet figcaption { display: block; font-size: 0.85rem; line-height: 1.35; overflow-wrap: anywhere; }
.sheet figcaption b { color: var(--ink); font-weight: 600; }
.kernels { display: grid; grid-template-columns: repeat(auto-fill, minmax(56px, 1fr)); gap: 8px; }
.sheet img, .kernels img { display: block; width: 100%; image-rendering: pixelated; border: 1px solid var(--line); }
summary { cursor: pointer; }
`;
