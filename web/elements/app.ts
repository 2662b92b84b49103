import { html, LitElement, nothing } from 'lit'
import { icon } from '../icons.ts'
import type { Live } from '../live.ts'
import { hashOf, pages, pageTitles, routeOf, type Route } from '../route.ts'
import { styles } from '../styles.ts'
import { Told } from '../told.ts'
import type { Happening, Result } from '../wire.ts'
import { severityWords } from '../words.ts'
import { frame } from './app-styles.ts'

/** The frame of every page: navigation, the state of the connection, what is told, and the page itself. */
class HwApp extends LitElement {
  static override properties = {
    live: { attribute: false },
    route: { state: true },
    told: { state: true },
    heard: { state: true },
  }
  static override styles = [styles, frame]
  declare live: Live | undefined
  declare route: Route
  declare told: Result | undefined
  /** The newest happening in words, for screen readers. */
  declare heard: { readonly words: string; readonly urgent: boolean }
  readonly #left = new AbortController()
  #hush: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.route = routeOf(location.hash)
    this.heard = { words: '', urgent: false }
    this.addEventListener('told', (event) => {
      if (event instanceof Told) this.#say(event.detail)
    })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { signal } = this.#left
    window.addEventListener('hashchange', () => void this.#go(), { signal })
    this.live?.onUpdate(() => this.requestUpdate())
    this.live?.onHappening((happening) => this.#hear(happening))
    this.live?.open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#left.abort()
    this.live?.close()
  }

  async #go(): Promise<void> {
    this.route = routeOf(location.hash)
    await this.updateComplete
    window.scrollTo(0, 0)
    this.renderRoot.querySelector('main')?.focus()
  }

  #hear({ type, alert }: Happening): void {
    const what = `${alert.title}, ${alert.deviceView.name}`
    const words = type === 'resolved' ? `Over: ${what}` : `${severityWords[type]} alert: ${what}`
    this.heard = { words, urgent: type === 'high' }
  }

  #say(result: Result): void {
    this.told = result
    clearTimeout(this.#hush)
    this.#hush = setTimeout(() => (this.told = undefined), 8000)
  }

  override updated(): void {
    const open = this.live?.state?.openAlerts ?? 0
    document.title = `${open > 0 ? `(${open}) ` : ''}${pageTitles[this.route.page]} · Hearthwarden`
  }

  override render() {
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>Skip to the page</a>
      <header>
        <p class="brand">${icon('hearth')}<span>Hearthwarden</span></p>
        <nav aria-label="Pages">
          <ul>
            ${pages.map((page) => this.#link(page))}
          </ul>
        </nav>
      </header>
      <div class="column">
        ${this.#connection()}
        <main id="main" tabindex="-1">${this.live?.overview ? this.#page() : nothing}</main>
      </div>
      <div class="told" role="status">
        ${
          this.told
            ? html`<p class=${this.told.ok ? 'good' : 'bad'}>
                ${icon(this.told.ok ? 'none' : 'medium')}<span class="strange">${this.told.message}</span>
              </p>`
            : nothing
        }
      </div>
      <p class="visually-hidden" aria-live="assertive">${this.heard.urgent ? this.heard.words : nothing}</p>
      <p class="visually-hidden" aria-live="polite">${this.heard.urgent ? nothing : this.heard.words}</p>
    `
  }

  #link(page: (typeof pages)[number]) {
    const open = page === 'alerts' ? (this.live?.state?.openAlerts ?? 0) : 0
    return html`<li>
      <a href=${hashOf(page)} aria-current=${this.route.page === page ? 'page' : nothing}>
        ${icon(page)}<span>${pageTitles[page]}</span>
        ${
          open > 0
            ? html`<b>${open > 99 ? '99+' : open}<span class="visually-hidden"> open</span></b>`
            : nothing
        }
      </a>
    </li>`
  }

  #connection() {
    const { connection, overview } = this.live ?? {}
    if (connection === 'open' || (connection === 'connecting' && overview)) return nothing
    if (connection === 'locked')
      return html`<p class="lost" role="alert">
        ${icon('lock')} This browser’s key is not valid any more. Open the link that Hearthwarden printed when
        it started.
      </p>`
    if (connection === 'lost')
      return html`<p class="lost" role="alert">
        ${icon('lost')} The connection is lost${overview ? ': what you see may be old' : ''}. Trying again…
      </p>`
    return html`<p class="soft">Looking…</p>`
  }

  #page() {
    const { live } = this
    const { page, id } = this.route
    switch (page) {
      case 'home':
        return html`<hw-home .live=${live} .overview=${live?.overview}></hw-home>`
      case 'alerts':
        return id
          ? html`<hw-alert .live=${live} .overview=${live?.overview} .alertId=${id}></hw-alert>`
          : html`<hw-alerts .live=${live} .overview=${live?.overview}></hw-alerts>`
      case 'devices':
        return id
          ? html`<hw-device .live=${live} .overview=${live?.overview} .deviceId=${id}></hw-device>`
          : html`<hw-devices .live=${live}></hw-devices>`
      case 'events':
        return html`<hw-events .live=${live} .deviceId=${id}></hw-events>`
      case 'health':
        return html`<hw-health .overview=${live?.overview}></hw-health>`
      case 'recap':
        return html`<hw-recap .live=${live}></hw-recap>`
      case 'settings':
        return html`<hw-settings></hw-settings>`
    }
  }

  /** A hash of its own would be another page. */
  #skip(event: Event): void {
    event.preventDefault()
    this.renderRoot.querySelector('main')?.focus()
  }
}

customElements.define('hw-app', HwApp)
