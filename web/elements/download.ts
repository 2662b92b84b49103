import { css, html, LitElement, nothing } from 'lit'
import { fetchFile } from '../api.ts'
import { controls, styles } from '../styles.ts'

/**
 * A button that gives the browser a file to keep. It is fetched first: a link would lead out of Home Assistant's
 * frame, where nobody is let in.
 */
class HwDownload extends LitElement {
  static override properties = {
    path: {},
    name: {},
    asked: { attribute: false },
    isBusy: { state: true },
    error: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      :host {
        display: inline-block;
      }
    `,
  ]
  declare path: string
  /** What the file is called. */
  declare name: string
  /** The body, where the file is asked for with one. */
  declare asked: object | undefined
  declare isBusy: boolean
  declare error: string | undefined
  /** Of the last file: some browsers read it only after the click. */
  #address = ''

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    URL.revokeObjectURL(this.#address)
  }

  async #save(): Promise<void> {
    this.isBusy = true
    try {
      const file = await fetchFile(this.path, this.asked)
      URL.revokeObjectURL(this.#address)
      this.#address = URL.createObjectURL(file)
      const link = document.createElement('a')
      link.href = this.#address
      link.download = this.name
      link.click()
      this.error = undefined
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    } finally {
      this.isBusy = false
    }
  }

  override render() {
    return html`<button ?disabled=${this.isBusy} @click=${this.#save}><slot>Download</slot></button>
      ${this.error === undefined ? nothing : html`<span role="alert">${this.error}</span>`}`
  }
}

customElements.define('hw-download', HwDownload)
