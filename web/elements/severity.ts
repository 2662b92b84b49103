import { css, html, LitElement } from 'lit'
import { icon } from '../icons.ts'
import { styles } from '../styles.ts'
import type { Severity } from '../wire.ts'
import { severityWords } from '../words.ts'

/** A severity: icon, word and colour together, never colour alone. */
class HwSeverity extends LitElement {
  static override properties = { severity: {} }
  static override styles = [
    styles,
    css`
      :host {
        display: inline-block;
      }
      span {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 0.35rem;
        padding: 0.1rem 0.6rem 0.1rem 0.4rem;
        border-radius: 99px;
        font-size: 0.9rem;
        font-weight: 600;
        white-space: nowrap;
      }
      .none {
        color: var(--none);
        background: var(--none-soft);
      }
      .low {
        color: var(--low);
        background: var(--low-soft);
      }
      .medium {
        color: var(--medium);
        background: var(--medium-soft);
      }
      .high {
        color: var(--high);
        background: var(--high-soft);
      }
    `,
  ]
  declare severity: Severity | undefined

  override render() {
    const severity = this.severity ?? 'none'
    return html`<span class=${severity}>${icon(severity)}${severityWords[severity]}</span>`
  }
}

customElements.define('hw-severity', HwSeverity)
