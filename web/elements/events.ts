import { css, html, LitElement, nothing } from 'lit'
import { search } from '../api.ts'
import type { Live } from '../live.ts'
import { hashOf } from '../route.ts'
import { sentenceOf, sightKinds } from '../sights.ts'
import { controls, styles } from '../styles.ts'
import { Watched } from '../watched.ts'
import type { Device, Sight } from '../wire.ts'
import { moment } from '../words.ts'

const atOnce = 100
/** What was seen of the home; how the program itself is, stands on its own page. */
const seen = Object.keys(sightKinds).filter((kind) => kind !== 'health')
/** What happened: measurements come by the clock, and all else would be lost among them. */
const happened = seen.filter((kind) => kind !== 'reading')

/** Everything that was seen, newest first: of one device, of one kind, with a text in it. */
class HwEvents extends LitElement {
  static override properties = {
    live: { attribute: false },
    deviceId: { attribute: false },
    found: { state: true },
    error: { state: true },
    isEnd: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      form {
        display: grid;
        grid-template-columns: 2fr 1fr auto;
        gap: 0.75rem;
        align-items: end;
      }
      label {
        display: block;
        font-size: 0.9rem;
        color: var(--soft);
        margin-bottom: 0.2rem;
      }
      .card {
        padding: 0.3rem 0;
      }
      li {
        display: grid;
        grid-template-columns: 7.5rem minmax(6rem, 11rem) minmax(0, 1fr);
        gap: 0.2rem 1rem;
        padding: 0.55rem 1.25rem;
      }
      .card + .row {
        margin-top: 1rem;
      }
      @media (max-width: 44rem) {
        form {
          grid-template-columns: 1fr;
        }
        li {
          grid-template-columns: 1fr auto;
        }
        li span:last-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ]
  declare live: Live | undefined
  declare deviceId: string | undefined
  declare found: readonly Sight[] | undefined
  declare error: string | undefined
  /** Nothing older is there. */
  declare isEnd: boolean
  #wanted: { readonly text: string; readonly kind: string } = { text: '', kind: '' }
  #asked = new AbortController()
  /** Whose events are shown. */
  #of: string | undefined
  readonly #devices = new Watched<readonly Device[]>(this, ['devices'], () => ({
    live: this.live,
    path: 'api/devices',
  }))

  override willUpdate(): void {
    const of = this.deviceId ?? ''
    if (of === this.#of) return
    this.#of = of
    void this.#find()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#asked.abort()
  }

  /** The newest, or what comes after those that are shown; an older question on its way is dropped. */
  async #find(shown: readonly Sight[] = []): Promise<void> {
    this.#asked.abort()
    const asked = new AbortController()
    this.#asked = asked
    const oldest = shown.at(-1)?.seq
    try {
      const more = await search(
        { ...this.#question(), limit: atOnce, ...(oldest !== undefined && { before: oldest }) },
        asked.signal,
      )
      this.found = [...shown, ...more]
      this.isEnd = more.length < atOnce
      this.error = undefined
    } catch (error) {
      if (asked.signal.aborted) return
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  #question() {
    const { text, kind } = this.#wanted
    return {
      kinds: kind === '' ? happened : kind === 'seen' ? seen : [kind],
      ...(text && { text }),
      ...(this.deviceId !== undefined && { device: this.deviceId }),
    }
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const given = new FormData(event.target)
    const [text, kind] = [given.get('text'), given.get('kind')]
    this.#wanted = {
      text: typeof text === 'string' ? text.trim() : '',
      kind: typeof kind === 'string' ? kind : '',
    }
    void this.#find()
  }

  override render() {
    const name = this.deviceId === undefined ? undefined : this.#nameOf(this.deviceId)
    return html`<div class="page">
      <h1>
        ${name === undefined ? 'Events' : html`What <span class="strange">${name}</span> was seen to do`}
      </h1>
      ${name === undefined ? nothing : html`<p><a href=${hashOf('events')}>Events of all devices</a></p>`}
      <form role="search" @submit=${this.#submit}>
        <div>
          <label for="text">With this in it</label>
          <input id="text" name="text" type="search" maxlength="255" autocomplete="off" />
        </div>
        <div>
          <label for="kind">Kind</label>
          <select id="kind" name="kind">
            <option value="">All but measurements</option>
            <option value="seen">Measurements, too</option>
            ${Object.entries(sightKinds).map(([kind, words]) => html`<option value=${kind}>${words}</option>`)}
          </select>
        </div>
        <button class="main">Search</button>
      </form>
      <div aria-live="polite">${this.#list()}</div>
    </div>`
  }

  #list() {
    const { found, error } = this
    if (error !== undefined) return html`<hw-empty heading="The events cannot be read">${error}</hw-empty>`
    if (!found) return html`<p class="soft">Looking…</p>`
    if (found.length === 0)
      return html`<hw-empty heading="Nothing like that was seen">
        Text is looked for as it stands, in names, addresses and values.
        ${this.#wanted.kind === '' ? 'Temperatures, answers to ping and other measurements are under “Kind”.' : nothing}
      </hw-empty>`
    return html`<ul class="card rows">
        ${found.map(
          (event) =>
            html`<li>
              <span class="soft">${moment(event.at)}</span>
              <a class="strange" href=${hashOf('devices', event.device)}>${this.#nameOf(event.device)}</a>
              <span class="strange">${sentenceOf(event)}</span>
            </li>`,
        )}
      </ul>
      <p class="row">
        ${
          this.isEnd
            ? html`<span class="soft small">That is all that is kept.</span>`
            : html`<button @click=${() => this.#find(found)}>Older ones</button>`
        }
        <hw-download
          path="api/events/download"
          name="hearthwarden-events.csv"
          .asked=${this.#question()}
        ></hw-download>
        <span class="soft small">All that this search finds, as a table (CSV); the newest 50,000.</span>
      </p>`
  }

  #nameOf(id: string): string {
    return this.#devices.value?.find((device) => device.id === id)?.name ?? id
  }
}

customElements.define('hw-events', HwEvents)
