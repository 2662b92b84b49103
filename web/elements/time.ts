import { css, html, LitElement } from 'lit'
import { ago, moment } from '../words.ts'

/** A moment, said by how long ago it was; kept right while it is shown. */
class HwTime extends LitElement {
  static override properties = { at: {} }
  static override styles = css`
    :host {
      white-space: nowrap;
    }
  `
  declare at: string | undefined
  #tick: ReturnType<typeof setInterval> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#tick = setInterval(() => this.requestUpdate(), 30_000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tick)
  }

  override render() {
    if (this.at === undefined) return undefined
    return html`<time datetime=${this.at} title=${moment(this.at)}>${ago(this.at, new Date())}</time>`
  }
}

customElements.define('hw-time', HwTime)
