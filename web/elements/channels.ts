import { css, html, LitElement, nothing } from 'lit'
import { post } from '../api.ts'
import { icon } from '../icons.ts'
import { hashOf } from '../route.ts'
import { controls, styles } from '../styles.ts'
import { tell } from '../told.ts'
import type { HealthRow, PluginChecks, Result } from '../wire.ts'
import { loopOf, loopWords } from '../words.ts'

/** What every plugin finds when it looks, and a test of each channel that shows what really came of it. */
class HwChannels extends LitElement {
  static override properties = {
    health: { attribute: false },
    found: { attribute: false },
    error: { attribute: false },
    results: { state: true },
    testing: { state: true },
  }
  static override styles = [
    styles,
    controls,
    css`
      .card > * + * {
        margin-top: 0.4rem;
      }
      .plugin {
        padding: 0.9rem 0;
      }
      .plugin:last-child {
        padding-bottom: 0;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.3rem 0.6rem;
        padding: 0.3rem 0;
      }
      li > .grow {
        flex-basis: 9rem;
      }
      .good > .icon {
        color: var(--none);
      }
      .bad > .icon {
        color: var(--medium);
      }
      .card > .rest {
        margin-top: 1.5rem;
      }
      .result {
        flex-basis: 100%;
        padding-left: 1.85rem;
      }
    `,
  ]
  declare health: readonly HealthRow[]
  declare found: readonly PluginChecks[] | undefined
  declare error: string | undefined
  /** What came of each test and of the dashboard, by plugin and target. */
  declare results: ReadonlyMap<string, Result>
  declare testing: string | undefined

  constructor() {
    super()
    this.health = []
    this.results = new Map()
  }

  async #ask(key: string, request: object): Promise<void> {
    this.testing = key
    const result = await tell(this, post('api/requests', request))
    this.results = new Map(this.results).set(key, result)
    this.testing = undefined
  }

  override render() {
    return html`<section class="card" aria-labelledby="channels">
      <div class="row">
        <h2 id="channels" class="grow">Channels</h2>
        <button
          ?disabled=${!this.found && this.error === undefined}
          @click=${() => this.dispatchEvent(new Event('look'))}
        >
          Look again
        </button>
      </div>
      ${this.found ? this.#findings(this.found) : html`<p class="soft">${this.error ?? 'Looking…'}</p>`}
    </section>`
  }

  #findings(found: readonly PluginChecks[]) {
    const channels = found.filter(isChannel)
    // What is not here has said so above, in its own row.
    const rest = found.filter((plugin) => !isChannel(plugin) && !this.#isOff(plugin))
    const ready = channels.filter((plugin) => !this.#isOff(plugin))
    const unset = channels.filter((plugin) => this.#isOff(plugin)).map(({ title }) => title)
    return html`
      ${ready.length === 0 ? html`<p>None is set up yet: alerts are on this page only.</p>` : nothing}
      <div class="rows">
        ${ready.map((plugin) => this.#plugin(plugin))}
        ${ready.some(({ plugin }) => plugin === 'mqtt') ? this.#dashboard() : nothing}
      </div>
      ${
        unset.length === 0
          ? nothing
          : html`<p class="soft">
              Not set up: ${unset.join(', ')}. <a href=${hashOf('settings')}>To the settings</a>
            </p>`
      }
      ${
        rest.length === 0
          ? nothing
          : html`<h2 class="rest">What else was found</h2>
              <div class="rows">${rest.map((plugin) => this.#plugin(plugin))}</div>`
      }
    `
  }

  /** Sensors in Home Assistant are worth a dashboard. */
  #dashboard() {
    const result = this.results.get('dashboard')
    return html`<div class="plugin">
      <div class="row">
        <h3 class="grow">Dashboard in Home Assistant</h3>
        <button
          ?disabled=${this.testing !== undefined}
          @click=${() => this.#ask('dashboard', { kind: 'dashboard' })}
        >
          ${this.testing === 'dashboard' ? 'Making…' : 'Make a dashboard'}
        </button>
      </div>
      <p class="soft">
        Of Home Assistant’s own cards, once: what you change there afterwards is yours, and is never
        overwritten.
      </p>
      ${result ? this.#result('dashboard') : nothing}
    </div>`
  }

  #isOff(plugin: PluginChecks): boolean {
    return this.health.some(({ loop, state }) => state === 'off' && loop === loopOf(plugin))
  }

  #plugin({ plugin, kind, title, checks }: PluginChecks) {
    const testable = kind === 'notifiers'
    const whole = testable && !checks.some(({ target }) => target !== undefined)
    return html`<div class="plugin">
      <div class="row">
        <h3 class="grow">${title}</h3>
        ${whole && checks.every(({ ok }) => ok) ? this.#button(plugin, undefined, title) : nothing}
      </div>
      <ul>
        ${checks.map(
          ({ ok, optional, message, target }) =>
            html`<li class=${ok ? (optional ? 'soft' : 'good') : 'bad'}>
              ${icon(ok ? (optional ? 'off' : 'none') : 'medium')}
              <span class="grow strange"
                ><span class="visually-hidden"
                  >${loopWords[ok ? (optional ? 'off' : 'ok') : 'blocked']}:</span
                >
                ${message}</span
              >
              ${testable && target !== undefined ? this.#button(plugin, target, target) : nothing}
              ${target === undefined ? nothing : this.#result(`${plugin} ${target}`)}
            </li>`,
        )}
      </ul>
      ${whole ? this.#result(plugin) : nothing}
    </div>`
  }

  #button(plugin: string, target: string | undefined, name: string) {
    const key = target === undefined ? plugin : `${plugin} ${target}`
    return html`<button
      aria-label="Test ${name}"
      ?disabled=${this.testing !== undefined}
      @click=${() =>
        this.#ask(key, { kind: 'test', notifier: plugin, ...(target !== undefined && { target }) })}
    >
      ${this.testing === key ? 'Testing…' : 'Test'}
    </button>`
  }

  #result(key: string) {
    const result = this.results.get(key)
    if (!result) return nothing
    return html`<p class="result strange ${result.ok ? 'good' : 'bad'}">
      ${icon(result.ok ? 'none' : 'medium')} ${result.message}
    </p>`
  }
}

/** People are reached, or another system is, through these. */
function isChannel({ kind }: PluginChecks): boolean {
  return kind === 'notifiers' || kind === 'bridges'
}

customElements.define('hw-channels', HwChannels)
