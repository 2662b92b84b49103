import { css, html, LitElement } from 'lit'
import { post } from '../api.ts'
import { icon } from '../icons.ts'
import { controls, styles } from '../styles.ts'
import { tell } from '../told.ts'
import type { Device } from '../wire.ts'

/** A device's name as the page's heading, and the way to give it another. */
class HwDeviceName extends LitElement {
  static override properties = { device: { attribute: false }, editing: { state: true } }
  static override styles = [
    styles,
    controls,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        align-items: end;
      }
      label {
        flex: 1 1 14rem;
        max-width: 26rem;
        font-weight: 600;
      }
      .row > .plain {
        margin-left: -0.6rem;
      }
      p {
        margin-top: 0.4rem;
      }
    `,
  ]
  declare device: Device
  declare editing: boolean

  constructor() {
    super()
    this.editing = false
  }

  override render() {
    return this.editing
      ? this.#form()
      : html`<div class="row">
          <h1 class="strange">${this.device.name}</h1>
          <button class="plain" @click=${() => this.#edit()}>${icon('edit')} Rename</button>
        </div>`
  }

  #form() {
    return html`<form
        @submit=${(event: Event) => this.#save(event)}
        @keydown=${(event: Event) => this.#key(event)}
      >
        <label
          >Your name for it
          <input name="label" maxlength="40" autocomplete="off" .value=${this.device.label ?? ''} />
        </label>
        <button class="main">Save</button>
        <button type="button" class="plain" @click=${() => (this.editing = false)}>Cancel</button>
      </form>
      <p class="soft small">Such a name is also what is said aloud. Leave it empty to forget it.</p>`
  }

  async #edit(): Promise<void> {
    this.editing = true
    await this.updateComplete
    this.renderRoot.querySelector('input')?.select()
  }

  #key(event: Event): void {
    if (event instanceof KeyboardEvent && event.key === 'Escape') this.editing = false
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault()
    const label = this.renderRoot.querySelector('input')?.value.trim() ?? ''
    const { ok } = await tell(this, post(`api/devices/${encodeURIComponent(this.device.id)}/name`, { label }))
    if (ok) this.editing = false
  }
}

customElements.define('hw-device-name', HwDeviceName)
