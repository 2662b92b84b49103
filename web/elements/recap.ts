import { css, html, LitElement, nothing } from 'lit'
import { post } from '../api.ts'
import type { Live } from '../live.ts'
import { controls, styles } from '../styles.ts'
import { tell } from '../told.ts'
import { Watched } from '../watched.ts'
import type { Recap, RecapValue } from '../wire.ts'
import { count, day, figure, moment, spaced } from '../words.ts'

/** The daily summaries, newest first. */
class HwRecap extends LitElement {
  static override properties = { live: { attribute: false }, busy: { state: true } }
  static override styles = [
    styles,
    controls,
    css`
      article > * + * {
        margin-top: 0.9rem;
      }
      table {
        border-collapse: collapse;
        width: 100%;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        text-align: left;
        padding: 0.35rem 1rem 0.35rem 0;
        font-weight: 400;
      }
      thead th {
        color: var(--soft);
        font-size: 0.9rem;
      }
      tbody tr {
        border-top: 1px solid var(--line);
      }
      td {
        white-space: nowrap;
      }
      @media (max-width: 40rem) {
        thead {
          display: none;
        }
        tbody tr {
          display: grid;
          padding: 0.5rem 0;
        }
        th,
        td {
          padding: 0;
        }
        td[data-name]::before {
          content: attr(data-name) ': ';
          color: var(--soft);
        }
      }
      .earlier li {
        padding: 0.6rem 0;
      }
    `,
  ]
  declare live: Live | undefined
  declare busy: boolean
  readonly #recaps = new Watched<readonly Recap[]>(this, ['recaps'], () => ({
    live: this.live,
    path: 'api/recaps?limit=14',
  }))

  constructor() {
    super()
    this.busy = false
  }

  async #make(): Promise<void> {
    this.busy = true
    await tell(this, post('api/requests', { kind: 'recap' }))
    this.busy = false
  }

  override render() {
    return html`<div class="page">
      <div class="row">
        <h1 class="grow">Recap</h1>
        <button ?disabled=${this.busy} @click=${() => this.#make()}>Make one now</button>
      </div>
      ${this.#list()}
    </div>`
  }

  #list() {
    const { value, error } = this.#recaps
    if (error !== undefined) return html`<hw-empty heading="The recaps cannot be read">${error}</hw-empty>`
    if (!value) return html`<p class="soft">Looking…</p>`
    const [newest, ...earlier] = value
    if (!newest)
      return html`<hw-empty heading="No recap yet">
        Once a day everything is summed up here: all alerts, what is new, and how the day compares.
      </hw-empty>`
    return html`${this.#recap(newest)}
    ${
      earlier.length === 0
        ? nothing
        : html`<section class="card" aria-labelledby="earlier">
            <h2 id="earlier">Earlier</h2>
            <ul class="rows earlier">
              ${earlier.map(
                ({ at, headline }) =>
                  html`<li><b>${day(at)}</b><br /><span class="strange">${headline}</span></li>`,
              )}
            </ul>
          </section>`
    }`
  }

  #recap({ at, from, to, headline, alerts, newDevices, newDomains, values }: Recap) {
    return html`<article class="card" aria-labelledby="newest">
      <h2 id="newest">${day(at)}</h2>
      <p class="strange">${headline}</p>
      <p class="soft small">From ${moment(from)} to ${moment(to)}</p>
      ${
        alerts.length === 0
          ? nothing
          : html`<hw-alert-list
              .alerts=${alerts.map((alert) => ({ ...alert, deviceName: alert.deviceView.name }))}
            ></hw-alert-list>`
      }
      <p>
        ${
          newDevices.length === 0
            ? 'No new devices'
            : html`${count(newDevices.length, 'new device')}:
                <span class="strange">${newDevices.join(', ')}</span>`
        };
        ${count(newDomains, 'name')} asked for by a device for the first time.
      </p>
      ${values.length === 0 ? nothing : this.#values(values)}
    </article>`
  }

  #values(values: readonly RecapValue[]) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Of the day</th>
          <th scope="col">Value</th>
          <th scope="col">Usual</th>
        </tr>
      </thead>
      <tbody>
        ${values.map(
          ({ device, subject, unit, value, usual }) =>
            html`<tr>
              <th scope="row" class="strange">${device}: ${spaced(subject)}</th>
              <td>${figure(value)} ${unit}</td>
              <td data-name="Usual">${usual === undefined ? 'not known yet' : `${figure(usual)} ${unit}`}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
  }
}

customElements.define('hw-recap', HwRecap)
