import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { get } from '../api.ts'
import { gist, laidOut, withWords, type Group } from '../sections.ts'
import { controls, styles } from '../styles.ts'
import { Told } from '../told.ts'
import type { Setting } from '../wire.ts'
import { count } from '../words.ts'

/** Every option, by what a person wants of it. What is set outside is shown and locked. */
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
      section > p {
        margin: 0.1rem 0 0.7rem;
      }
      .card {
        padding: 0;
        overflow: clip;
      }
      summary {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        min-height: 2.75rem;
        padding: 0.7rem 1.25rem;
        cursor: pointer;
        list-style: none;
        font-weight: 600;
      }
      summary:hover {
        background: var(--raised);
      }
      summary:focus-visible {
        outline-offset: -3px;
        border-radius: var(--radius);
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary::before {
        content: '';
        flex: none;
        width: 0.5rem;
        height: 0.5rem;
        border: solid var(--soft);
        border-width: 0 2px 2px 0;
        rotate: -45deg;
      }
      details[open] > summary::before {
        rotate: 45deg;
      }
      summary .small {
        font-weight: 400;
      }
      .fields {
        padding: 0 1.25rem 0.6rem;
      }
      .row {
        justify-content: space-between;
      }
      [role='search'] {
        flex: 1 1 11rem;
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
        <div role="search">
          <input
            type="search"
            placeholder="Find a setting"
            aria-label="Find a setting"
            @input=${(event: Event) => this.#find(event)}
          />
        </div>
      </div>
      ${
        this.error === undefined
          ? this.#found()
          : html`<hw-empty heading="The settings cannot be read">${this.error}</hw-empty>`
      }
    </div>`
  }

  #found() {
    if (!this.settings) return html`<p class="soft">Looking…</p>`
    const isAll = this.wanted.trim() === ''
    const found = withWords(this.settings, this.wanted)
    return html`<p class=${isAll ? 'visually-hidden' : 'soft'} role="status">
        ${isAll ? nothing : `${count(found.length, 'setting')} found`}
      </p>
      ${
        found.length === 0
          ? html`<hw-empty heading="Nothing found">No setting has such words in it.</hw-empty>`
          : repeat(
              laidOut(found),
              ({ title }) => title,
              ({ title, intro, groups }, at) =>
                html`<section aria-labelledby="section${at}">
                  <h2 id="section${at}">${title}</h2>
                  <p class="soft">${intro}</p>
                  <div class="card rows">
                    ${repeat(
                      groups,
                      ({ path }) => path,
                      (group) => this.#group(group, !isAll),
                    )}
                  </div>
                </section>`,
            )
      }`
  }

  #group(group: Group, isOpen: boolean) {
    const said = gist(group)
    return html`<details ?open=${isOpen}>
      <summary>
        <span class="grow">${group.title}</span>
        ${said === '' ? nothing : html`<span class="soft small">${said}</span>`}
      </summary>
      <div class="fields rows">
        ${repeat(
          group.settings,
          ({ path }) => path,
          (setting) => html`<hw-setting .setting=${setting}></hw-setting>`,
        )}
      </div>
    </details>`
  }

  #find(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.wanted = event.target.value
  }
}

customElements.define('hw-settings', HwSettings)
