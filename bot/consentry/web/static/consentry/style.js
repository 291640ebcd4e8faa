// Styles of the elements. Every color, font and radius is a custom property an app may set.

export const TOKENS = `
:host {
  --_font: var(--consentry-font, system-ui, sans-serif);
  --_heading-font: var(--consentry-heading-font, var(--_font));
  --_surface: var(--consentry-surface, #fff);
  --_raised: var(--consentry-raised, #f5f3ee);
  --_ink: var(--consentry-ink, #1b2220);
  --_muted: var(--consentry-muted, #55605b);
  --_line: var(--consentry-line, #8a928d);
  --_hairline: var(--consentry-hairline, #dedad0);
  --_accent: var(--consentry-accent, #0b6657);
  --_radius: var(--consentry-radius, 14px);
  font-family: var(--_font);
  color: var(--_ink);
}
@media (prefers-color-scheme: dark) {
  :host {
    --_surface: var(--consentry-surface, #1b211f);
    --_raised: var(--consentry-raised, #242b28);
    --_ink: var(--consentry-ink, #eef1ed);
    --_muted: var(--consentry-muted, #a9b3ae);
    --_line: var(--consentry-line, #74807a);
    --_hairline: var(--consentry-hairline, #37403c);
    --_accent: var(--consentry-accent, #7fd3be);
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; min-height: 44px; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
`;

export const CONSENT = `
dialog {
  width: min(600px, calc(100vw - 24px)); max-height: min(860px, calc(100dvh - 24px));
  padding: 0; border: 1px solid var(--_hairline); border-radius: calc(var(--_radius) + 6px);
  background: var(--_surface); color: var(--_ink); line-height: 1.5; overflow: hidden;
  box-shadow: 0 24px 70px rgb(0 0 0 / 0.28);
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(12 16 15 / 0.45); }
.scroll { overflow-y: auto; overscroll-behavior: contain; padding: 28px 28px 8px; }
header { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; }
h2 {
  margin: 4px 0 6px; font: 500 1.75rem/1.2 var(--_heading-font); letter-spacing: -0.01em;
  text-wrap: balance;
}
h2:focus-visible { outline: none; }
.lead { margin: 0 0 20px; color: var(--_muted); text-wrap: pretty; }
.purpose { border-top: 1px solid var(--_hairline); padding: 20px 0 22px; }
h3 { margin: 0; font: 600 1.125rem/1.3 var(--_font); }
.title { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
.biometric {
  border: 1px solid var(--_line); border-radius: 99px; padding: 1px 10px; font-size: 0.8125rem;
}
.sentence { margin: 6px 0 14px; text-wrap: pretty; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0 0 14px; font-size: 0.9375rem; }
dt { color: var(--_muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.start { margin: 0 0 12px; font-weight: 600; font-variant-numeric: tabular-nums; }
.answers { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.answers button {
  min-height: 52px; border: 2px solid var(--_line); border-radius: var(--_radius);
  background: transparent; font-size: 1.0625rem; font-weight: 600;
}
.answers button:hover { border-color: var(--_ink); }
.answers button[aria-pressed="true"] {
  background: var(--_ink); border-color: var(--_ink); color: var(--_surface);
}
.answers button[aria-pressed="true"]::before { content: "✓ "; content: "✓ " / ""; }
.withdrawal { border-top: 1px solid var(--_hairline); padding: 20px 0 22px; }
.way { display: grid; grid-template-columns: 12.5rem 1fr; gap: 6px 16px; align-items: center; margin-top: 12px; }
.way p, .confirm p, .confirm ul { margin: 0; text-wrap: pretty; }
.way p { color: var(--_muted); font-size: 0.9375rem; }
.way button {
  min-height: 48px; padding: 6px 14px; border: 2px solid var(--_line); border-radius: var(--_radius);
  background: transparent; font-weight: 600;
}
.way button:hover { border-color: var(--_ink); }
.confirm { margin-top: 18px; padding: 18px; border: 2px solid var(--_ink); border-radius: var(--_radius); }
h4 { margin: 0 0 10px; font: 600 1.125rem/1.3 var(--_font); }
h4:focus-visible { outline: none; }
.confirm p { font-weight: 600; }
.confirm ul { padding-inline-start: 1.25em; margin: 4px 0 14px; }
.confirm li + li { margin-top: 4px; }
.told { margin: 14px 0 0; white-space: pre-line; }
.told:empty { display: none; }
footer {
  display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; justify-content: space-between;
  border-top: 1px solid var(--_hairline); background: var(--_raised); padding: 12px 28px;
  font-size: 0.8125rem; color: var(--_muted);
}
footer p { margin: 0; }
.receipts { display: inline-flex; flex-wrap: wrap; gap: 0 20px; }
.receipts:empty { display: none; }
code { font: 0.8125rem/1.5 ui-monospace, monospace; color: var(--_ink); overflow-wrap: anywhere; }
a { color: var(--_accent); font-size: 0.9375rem; font-weight: 600; display: inline-flex; align-items: center; min-height: 44px; }
.later {
  border: 0; border-radius: var(--_radius); background: transparent; padding: 0 14px;
  font-size: 1rem; font-weight: 600; text-decoration: underline; text-underline-offset: 4px;
  white-space: nowrap; margin-inline-start: auto;
}
.close {
  flex: none; width: 44px; border: 0; border-radius: 50%; background: transparent;
  font-size: 1.5rem; line-height: 1; margin: -6px -10px 0 0;
}
.close:hover, .later:hover { background: var(--_raised); }
@media (max-width: 480px) {
  dialog { margin-bottom: 0; border-end-start-radius: 0; border-end-end-radius: 0; width: 100vw; max-width: 100vw; }
  .scroll { padding: 20px 18px 4px; }
  footer { padding: 10px 18px; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 6px; }
  .way, .confirm .answers { grid-template-columns: 1fr; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog[open] { animation: rise 180ms ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
}
`;

export const BADGE = `
:host { display: inline-block; min-width: 0; }
button {
  display: inline-flex; gap: 10px; align-items: center; max-width: 100%; padding: 5px 16px 5px 12px;
  border: 1px solid var(--_line); border-radius: 22px; background: var(--_surface);
  font-size: 0.9375rem; line-height: 1.25; text-align: start; font-variant-numeric: tabular-nums;
}
button:hover { border-color: var(--_ink); }
.door {
  flex: none; width: 14px; height: 20px; border: 2px solid var(--_ink); border-bottom-width: 3px;
  border-radius: 8px 8px 1px 1px;
}
.door.open { background: var(--_accent); border-color: var(--_accent); }
.ask { font-weight: 700; }
`;

export const CHECK_IN = `
:host { display: none; }
:host([open]) { display: block; }
.box {
  display: grid; gap: 6px; justify-items: center; padding: 12px 20px; text-align: center;
  border: 2px solid var(--_ink); border-radius: calc(var(--_radius) + 6px);
  background: var(--_surface);
}
p { margin: 0; }
.sign { font-size: 3rem; line-height: 1; font-weight: 700; color: var(--_accent); }
.sign:empty { display: none; }
.text { font: 600 clamp(1.5rem, 4.5vw, 2.5rem)/1.25 var(--_heading-font); text-wrap: balance; }
.acts { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; justify-content: center; }
a {
  display: inline-flex; align-items: center; min-height: 44px; padding: 0 6px; color: var(--_accent);
  font-weight: 600;
}
button {
  padding: 0 20px; border: 2px solid var(--_line); border-radius: var(--_radius);
  background: transparent; font-weight: 600;
}
button:hover { border-color: var(--_ink); }
`;

export const CAPTIONS = `
:host { display: block; pointer-events: none; }
.lines { display: grid; gap: 2px; max-width: 40rem; margin: 0 auto; justify-items: var(--consentry-caption-align, center); }
p {
  margin: 0; max-width: min(52ch, 100%); padding: 3px 14px 5px; border-radius: var(--_radius);
  background: var(--consentry-caption-surface, rgb(15 20 18 / 0.9));
  color: var(--consentry-caption-ink, #fff);
  font-size: var(--consentry-caption-size, 1.375rem); line-height: 1.35; overflow-wrap: anywhere;
}
b { font-weight: 700; color: var(--consentry-caption-name, #9fe0cf); margin-inline-end: 0.5em; }
`;
