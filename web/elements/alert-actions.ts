import { css, html, LitElement, nothing } from 'lit'
import { post } from '../api.ts'
import { controls, styles } from '../styles.ts'
import { tell } from '../told.ts'
import type { AlertView, Overview, Result } from '../wire.ts'

const spans = [
  { days: 1, words: 'for a day' },
  { days: 7, words: 'for a week' },
  { days: 30, words: 'for 30 days' },
  { days: 365, words: 'for a year' },
]

/** What a person can say to an alert. "This is expected" first shows what exactly it would cover. */
class HwAlertActions extends LitElement {
  static override properties = {
    view: { attribute: false },
    overview: { attribute: false },
    expecting: { state: true },
    days: { state: true },
    busy: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      fieldset {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--card);
        margin: 0.9rem 0 0;
        padding: 1rem 1.25rem 1.2rem;
      }
      legend {
        font-weight: 650;
        padding: 0 0.4rem;
        margin-left: -0.4rem;
      }
      ul {
        list-style: disc;
        padding-left: 1.3rem;
        margin: 0.5rem 0;
      }
      select {
        width: auto;
      }
      .row {
        margin-top: 0.9rem;
      }
      .row:first-child {
        margin-top: 0;
      }
      @media (max-width: 34rem) {
        .row button {
          flex: 1 1 auto;
        }
      }
    `,
  ]
  declare view: AlertView
  declare overview: Overview | undefined
  declare expecting: boolean
  declare days: number
  declare busy: boolean
  /** Something was asked here. */
  #asked = false

  constructor() {
    super()
    this.expecting = false
    this.days = 30
    this.busy = false
  }

  async #ask(asked: Promise<Result>): Promise<void> {
    this.busy = true
    const { ok } = await tell(this, asked)
    this.busy = false
    this.#asked = true
    if (ok) this.expecting = false
  }

  /** A button that has done its work goes away: who used the keyboard goes on at the next one. */
  override updated(): void {
    if (this.#asked && !this.busy && document.activeElement === document.body)
      this.renderRoot.querySelector('button')?.focus()
  }

  override render() {
    const path = `api/alerts/${this.view.id}`
    return html`
      <div class="row">
        ${
          this.view.status === 'open'
            ? html`<button
                class="main"
                ?disabled=${this.busy}
                @click=${() => this.#ask(post(`${path}/acknowledge`))}
              >
                Acknowledge
              </button>`
            : nothing
        }
        ${
          this.view.status === 'expected'
            ? nothing
            : html`<button
                aria-expanded=${this.expecting}
                aria-controls="expect"
                ?disabled=${this.busy}
                @click=${() => (this.expecting = !this.expecting)}
              >
                This is expected…
              </button>`
        }
        ${
          this.view.status === 'expected'
            ? nothing
            : html`<button
                ?disabled=${this.busy}
                @click=${() => this.#ask(post(`${path}/mute`, { hours: 24 }))}
              >
                Mute for a day
              </button>`
        }
      </div>
      ${this.expecting ? this.#expect(path) : nothing}
    `
  }

  #expect(path: string) {
    const { signals, deviceView } = this.view
    return html`<fieldset id="expect">
      <legend>This is expected</legend>
      <p>Then exactly this raises no alert any more, and nothing else is let through:</p>
      <ul>
        ${signals.map(
          ({ detector, target }) =>
            html`<li>
              ${this.#titleOf(detector)}
              ${target === undefined ? '' : html`about <b class="strange">${target}</b>`} from
              <b class="strange">${deviceView.name}</b>
            </li>`,
        )}
      </ul>
      <div class="row">
        <label for="days">It holds</label>
        <select id="days" @change=${this.#pick}>
          ${spans.map(
            ({ days, words }) =>
              html`<option value=${days} ?selected=${days === this.days}>${words}</option>`,
          )}
        </select>
        <button
          class="main"
          ?disabled=${this.busy}
          @click=${() => this.#ask(post(`${path}/expect`, { days: this.days }))}
        >
          Yes, it is expected
        </button>
        <button class="plain" @click=${() => (this.expecting = false)}>Cancel</button>
      </div>
      <p class="soft small">It can be taken back on the device’s page.</p>
    </fieldset>`
  }

  #pick(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.days = Number(event.target.value)
  }

  #titleOf(detector: string): string {
    return this.overview?.detectors.find(({ name }) => name === detector)?.title ?? detector
  }
}

customElements.define('hw-alert-actions', HwAlertActions)
