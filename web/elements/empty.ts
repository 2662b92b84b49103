import { css, html, LitElement } from 'lit'
import { styles } from '../styles.ts'

/** An empty place that says why it is empty: a heading, and the sentence in its slot. */
class HwEmpty extends LitElement {
  static override properties = { heading: {} }
  static override styles = [
    styles,
    css`
      div {
        border: 1px dashed var(--line);
        border-radius: var(--radius);
        padding: 1.5rem 1.25rem;
        color: var(--soft);
        text-align: center;
        text-wrap: balance;
      }
      strong {
        display: block;
        color: var(--text);
        font-weight: 600;
      }
    `,
  ]
  declare heading: string | undefined

  override render() {
    return html`<div><strong>${this.heading}</strong><slot></slot></div>`
  }
}

customElements.define('hw-empty', HwEmpty)
