import { css, html, LitElement } from 'lit'
import type { Live } from '../live.ts'
import { controls, styles } from '../styles.ts'
import { Watched } from '../watched.ts'
import type { AlertRow, Overview } from '../wire.ts'

/** All alerts: what is open, or everything. */
class HwAlerts extends LitElement {
  static override properties = {
    live: { attribute: false },
    overview: { attribute: false },
    all: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      .row {
        justify-content: space-between;
      }
      [role='group'] {
        display: flex;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--raised);
        padding: 2px;
      }
      [role='group'] button {
        border: 0;
        background: none;
        min-height: 2.4rem;
      }
      [role='group'] button[aria-pressed='true'] {
        background: var(--card);
        box-shadow: var(--shadow);
        color: var(--accent);
      }
    `,
  ]
  declare live: Live | undefined
  declare overview: Overview | undefined
  declare all: boolean
  readonly #alerts = new Watched<readonly AlertRow[]>(this, ['alerts'], () => ({
    live: this.live,
    path: this.all ? 'api/alerts?limit=200' : 'api/alerts?status=open',
  }))

  constructor() {
    super()
    this.all = false
  }

  override render() {
    return html`<div class="page">
      <div class="row">
        <h1>Alerts</h1>
        <div role="group" aria-label="Which alerts">
          <button aria-pressed=${!this.all} @click=${() => (this.all = false)}>Open</button>
          <button aria-pressed=${this.all} @click=${() => (this.all = true)}>All</button>
        </div>
      </div>
      ${this.#list()}
    </div>`
  }

  #list() {
    const { value, error } = this.#alerts
    if (error !== undefined) return html`<hw-empty heading="The alerts cannot be read">${error}</hw-empty>`
    if (!value) return html`<p class="soft">Looking…</p>`
    if (value.length > 0) return html`<hw-alert-list .alerts=${value}></hw-alert-list>`
    return this.all
      ? html`<hw-empty heading="No alerts yet">
          When a device does something that does not look right, it appears here with the reason.
        </hw-empty>`
      : html`<hw-empty heading="Nothing is open">
          What was acknowledged, expected or is over is under “All”.
        </hw-empty>`
  }
}

customElements.define('hw-alerts', HwAlerts)
