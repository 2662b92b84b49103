import { css, html, LitElement } from 'lit'
import { get } from '../api.ts'
import { controls, styles } from '../styles.ts'
import { Told } from '../told.ts'
import type { Setting } from '../wire.ts'

/** Every option, by what it belongs to. What is set outside is shown and locked. */
class HwSettings extends LitElement {
  static override properties = {
    settings: { state: true },
    error: { state: true },
    wanted: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      details.card {
        padding: 0;
      }
      summary {
        display: flex;
        align-items: baseline;
        gap: 0.75rem;
        padding: 0.9rem 1.25rem;
        cursor: pointer;
        list-style: none;
        font-weight: 600;
        border-radius: var(--radius);
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary::before {
        content: '';
        width: 0.5rem;
        height: 0.5rem;
        border: solid var(--soft);
        border-width: 0 2px 2px 0;
        rotate: -45deg;
        translate: 0 -1px;
      }
      details[open] summary::before {
        rotate: 45deg;
        translate: 0 -3px;
      }
      .fields {
        padding: 0 1.25rem 0.6rem;
      }
      .row {
        justify-content: space-between;
      }
      input[type='search'] {
        flex: 1 1 14rem;
        width: 0;
        max-width: 20rem;
      }
    `,
  ]
  declare settings: readonly Setting[] | undefined
  declare error: string | undefined
  declare wanted: string

  constructor() {
    super()
    this.wanted = ''
    this.addEventListener('told', (event) => {
      if (event instanceof Told && event.detail.ok) void this.#read()
    })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#read()
  }

  async #read(): Promise<void> {
    try {
      this.settings = await get<readonly Setting[]>('api/settings')
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  override render() {
    return html`<div class="page">
      <div class="row">
        <h1>Settings</h1>
        <input
          type="search"
          placeholder="Find a setting"
          aria-label="Find a setting"
          @input=${(event: Event) => this.#find(event)}
        />
      </div>
      ${
        this.error === undefined
          ? this.#groups()
          : html`<hw-empty heading="The settings cannot be read">${this.error}</hw-empty>`
      }
    </div>`
  }

  #groups() {
    if (!this.settings) return html`<p class="soft">Looking…</p>`
    const wanted = this.wanted.trim().toLowerCase()
    const found = this.settings.filter((setting) =>
      [setting.path, setting.group, setting.title, setting.description].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    )
    if (found.length === 0)
      return html`<hw-empty heading="Nothing found">No setting has such words in it.</hw-empty>`
    const groups = Map.groupBy(found, ({ path }) => path.split('.').slice(0, -1).join('.'))
    return [...groups].map(
      ([, settings]) =>
        html`<details class="card" ?open=${wanted !== '' || groups.size === 1}>
          <summary>
            ${settings[0]?.group}
            <span class="soft small">${this.#gist(settings)}</span>
          </summary>
          <div class="fields rows">
            ${settings.toSorted(onFirst).map((setting) => html`<hw-setting .setting=${setting}></hw-setting>`)}
          </div>
        </details>`,
    )
  }

  /** What is not as it came. */
  #gist(settings: readonly Setting[]): string {
    const set = settings.filter(({ from }) => from !== 'default').length
    return set === 0 ? '' : `${set} set`
  }

  #find(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.wanted = event.target.value
  }
}

/** Whether it is used at all comes before how. */
function onFirst(a: Setting, b: Setting): number {
  return Number(b.path.endsWith('.enabled')) - Number(a.path.endsWith('.enabled'))
}

customElements.define('hw-settings', HwSettings)
