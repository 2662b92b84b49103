import { css, html, LitElement } from 'lit'
import { ago, lasting, moment } from '../words.ts'

/** A moment, said by how long ago it was (`at`), or by how long it has lasted (`since`); kept right while it is shown. */
class HwTime extends LitElement {
  static override properties = { at: {}, since: {} }
  static override styles = css`
    :host {
      white-space: nowrap;
    }
  `
  declare at: string | undefined
  declare since: string | undefined
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
    const time = this.since ?? this.at
    if (time === undefined) return undefined
    const words = this.since === undefined ? ago(time, new Date()) : `for ${lasting(time, new Date())}`
    return html`<time datetime=${time} title=${moment(time)}>${words}</time>`
  }
}

customElements.define('hw-time', HwTime)
