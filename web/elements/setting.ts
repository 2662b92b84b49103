import { css, html, LitElement, nothing } from 'lit'
import { setOption } from '../api.ts'
import { fieldOf, textOf, valueOf, type Field } from '../field.ts'
import { icon } from '../icons.ts'
import { controls, styles } from '../styles.ts'
import { Told, tell } from '../told.ts'
import { origin } from '../sections.ts'
import type { Setting } from '../wire.ts'

/** One option: what it is, its field, and what saves it. */
class HwSetting extends LitElement {
  static override properties = {
    setting: { attribute: false },
    typed: { state: true },
    busy: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      :host {
        padding: 0.9rem 0;
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 20rem);
        gap: 0.4rem 1.5rem;
      }
      label {
        font-weight: 600;
      }
      .from {
        display: flex;
        gap: 0.35rem;
        margin-top: 0.3rem;
      }
      .row {
        margin-top: 0.5rem;
      }
      @media (max-width: 44rem) {
        form {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]
  declare setting: Setting
  /** What stands in the field while it is not saved. */
  declare typed: string | undefined
  declare busy: boolean

  constructor() {
    super()
    this.busy = false
  }

  override render() {
    const { title, description, from, locked } = this.setting
    const why = origin(this.setting)
    const field = fieldOf(this.setting)
    return html`<form @submit=${(event: Event) => this.#submit(event, field)}>
      <div>
        <label for="field">${title}</label>
        <p class="soft small" id="about">${description}</p>
        ${
          why === ''
            ? nothing
            : html`<p class="soft small from" id="why">
                ${locked ? icon('lock') : nothing}<span class="strange">${why}</span>
              </p>`
        }
      </div>
      <div>
        ${this.#field(field)}
        ${
          locked
            ? nothing
            : html`<div class="row">
                ${this.typed === undefined ? nothing : html`<button class="main" ?disabled=${this.busy}>Save</button>`}
                ${
                  from === 'saved'
                    ? html`<button
                        type="button"
                        class="plain"
                        ?disabled=${this.busy}
                        @click=${() => this.#save(null)}
                      >
                        Back to the default
                      </button>`
                    : nothing
                }
              </div>`
        }
      </div>
    </form>`
  }

  #field(field: Field) {
    const { locked, value, isSet, default: usual } = this.setting
    const text = this.typed ?? textOf(field, value)
    const type = (event: Event) => this.#type(event)
    switch (field.kind) {
      case 'flag':
        return html`<input
          id="field"
          type="checkbox"
          aria-describedby="about why"
          ?disabled=${locked}
          .checked=${text === 'true'}
          @change=${type}
        />`
      case 'choice':
        return html`<select id="field" aria-describedby="about why" ?disabled=${locked} @change=${type}>
          ${field.words.map((word) => html`<option ?selected=${word === text}>${word}</option>`)}
        </select>`
      case 'lines':
      case 'json':
        return html`<textarea
          id="field"
          rows="3"
          aria-describedby="about why"
          placeholder=${field.kind === 'lines' ? 'one a line' : ''}
          ?disabled=${locked}
          .value=${text}
          @input=${type}
        ></textarea>`
      case 'number':
        return html`<input
          id="field"
          type="number"
          aria-describedby="about why"
          step=${field.whole ? 1 : 'any'}
          min=${field.min ?? nothing}
          max=${field.max ?? nothing}
          ?disabled=${locked}
          .value=${text}
          @input=${type}
        />`
      case 'text':
      case 'secret':
        return html`<input
          id="field"
          type=${field.kind === 'secret' ? 'password' : 'text'}
          aria-describedby="about why"
          autocomplete="off"
          placeholder=${isSet ? 'is set' : textOf(field, usual)}
          ?disabled=${locked}
          .value=${text}
          @input=${type}
        />`
    }
  }

  #type({ target }: Event): void {
    if (target instanceof HTMLInputElement && target.type === 'checkbox') this.typed = String(target.checked)
    else if (
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement
    )
      this.typed = target.value
  }

  async #submit(event: Event, field: Field): Promise<void> {
    event.preventDefault()
    if (this.typed === undefined) return
    try {
      await this.#save(valueOf(field, this.typed))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.dispatchEvent(new Told({ ok: false, message: `This is not JSON: ${error.message}.` }))
    }
  }

  async #save(value: unknown): Promise<void> {
    this.busy = true
    const { ok } = await tell(this, setOption(this.setting.path, value))
    this.busy = false
    if (ok) this.typed = undefined
  }
}

customElements.define('hw-setting', HwSetting)
