import { css } from 'lit'

/** What every element of the page shares. */
export const styles = css`
  :host {
    display: block;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: 1.6rem;
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1.08rem;
    font-weight: 650;
  }
  h3 {
    font-size: 1rem;
    font-weight: 600;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.18em;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
    border-radius: 6px;
  }
  .icon {
    flex: none;
    vertical-align: -0.25em;
  }
  .soft {
    color: var(--soft);
  }
  .small {
    font-size: 0.9rem;
  }
  .strange {
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .page {
    display: grid;
    gap: 1.25rem;
  }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    padding: 1.1rem 1.25rem;
  }
  .card > h2 {
    margin-bottom: 0.6rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  .rows > * + * {
    border-top: 1px solid var(--line);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

export const controls = css`
  button,
  .button {
    font: inherit;
    font-weight: 600;
    min-height: 2.75rem;
    padding: 0.45rem 1rem;
    border-radius: 10px;
    border: 1px solid var(--line);
    background: var(--card);
    color: var(--text);
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--raised);
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  button.main:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 88%, var(--text));
  }
  button.plain {
    border-color: transparent;
    background: none;
    color: var(--accent);
    padding-inline: 0.6rem;
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  input,
  select,
  textarea {
    font: inherit;
    color: var(--text);
    background: var(--background);
    border: 1px solid var(--soft);
    border-radius: 10px;
    padding: 0.5rem 0.75rem;
    min-height: 2.75rem;
    width: 100%;
    max-width: 100%;
  }
  input[type='checkbox'] {
    width: 1.3rem;
    min-height: 1.3rem;
    height: 1.3rem;
    accent-color: var(--accent);
    padding: 0;
  }
  input:disabled,
  select:disabled,
  textarea:disabled {
    border-color: var(--line);
    color: var(--soft);
    background: var(--raised);
  }
`
