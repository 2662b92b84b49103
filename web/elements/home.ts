import { html, LitElement, nothing } from 'lit'
import { icon } from '../icons.ts'
import type { Live } from '../live.ts'
import { hashOf } from '../route.ts'
import { styles } from '../styles.ts'
import { Watched } from '../watched.ts'
import type { AlertRow, HealthRow, HouseState, Overview } from '../wire.ts'
import { day, figure, headline, isTroubled, isWanting, moment } from '../words.ts'
import { homeStyles } from './home-styles.ts'

/** The house in one glance. */
class HwHome extends LitElement {
  static override properties = { live: { attribute: false }, overview: { attribute: false } }
  static override styles = [styles, homeStyles]
  declare live: Live | undefined
  declare overview: Overview | undefined
  readonly #open = new Watched<readonly AlertRow[]>(this, ['alerts'], () => ({
    live: this.live,
    path: 'api/alerts?status=open&severity=low,medium,high&limit=5',
  }))

  override render() {
    if (!this.overview) return nothing
    const { state } = this.overview
    const alerts = this.#open.value ?? []
    return html`<div class="page">
      ${this.#glance(state)}
      ${
        alerts.length === 0
          ? nothing
          : html`<section aria-labelledby="open">
              <div class="row heading">
                <h2 id="open" class="grow">Open alerts</h2>
                ${
                  state.openAlerts > alerts.length
                    ? html`<a href=${hashOf('alerts')}>All ${state.openAlerts}</a>`
                    : nothing
                }
              </div>
              <hw-alert-list .alerts=${alerts}></hw-alert-list>
            </section>`
      }
      ${this.#troubles(state.health)} ${this.#figures(state)} ${this.#learning(this.overview)}
      ${this.#recap(state)}
    </div>`
  }

  #glance({ severity, openAlerts, health, lastAnalysis }: HouseState) {
    const { title, sentence, tone } = headline(severity, openAlerts, health)
    return html`<section class="glance ${tone}" aria-label="State of the house">
      ${icon(tone)}
      <div>
        <h1>${title}</h1>
        <p>${sentence}</p>
        ${lastAnalysis ? html`<p class="small">Last looked <hw-time .at=${lastAnalysis}></hw-time></p>` : nothing}
      </div>
    </section>`
  }

  /** What needs a person, in the words of who needs it. */
  #troubles(health: readonly HealthRow[]) {
    const rows = health.filter(isTroubled)
    const { findings } = this.overview ?? { findings: [] }
    if (rows.length + findings.length === 0) return nothing
    return html`<section class="card" aria-labelledby="troubles">
      <h2 id="troubles">Needs a look</h2>
      <ul class="troubles">
        ${rows.map(
          ({ title, reason }) =>
            html`<li>
              ${icon('medium')}<span class="strange"><b>${title}</b>: ${reason ?? 'not well'}</span>
            </li>`,
        )}
        ${findings.map((finding) => html`<li>${icon('medium')}<span class="strange">${finding}</span></li>`)}
      </ul>
      <p class="small">
        <a href=${hashOf('health')}>Health of everything</a> · <a href=${hashOf('settings')}>Settings</a>
      </p>
    </section>`
  }

  #figures(state: HouseState) {
    const tile = (title: string, value: string, notes: readonly string[] = []) =>
      html`<div>
        <dt>${title}</dt>
        <dd><b>${value}</b></dd>
        ${
          notes.length === 0
            ? nothing
            : html`<dd class="soft small">
                ${notes.map(
                  (note, at) =>
                    html`<span class="whole strange">${note}${at < notes.length - 1 ? ',' : ''}</span> `,
                )}
              </dd>`
        }
      </div>`
    const dns = state.dnsToday > 0
    const [hottest] = [...state.temperatures].sort((a, b) => b.value - a.value)
    const { failedLoginsToday, links, connections, openPorts, lastScan } = state.situation
    const [link] = links
    return html`<dl class="figures" aria-label="Today">
      ${tile('Devices', figure(state.devices), devicesNotes(state))}
      ${
        dns
          ? [
              tile('Names looked up today', figure(state.dnsToday)),
              tile('New to a device today', figure(state.newDomainsToday)),
            ]
          : nothing
      }
      ${connections === undefined ? nothing : tile('Connections now', figure(connections))}
      ${failedLoginsToday === undefined ? nothing : tile('Failed logins today', figure(failedLoginsToday))}
      ${openPorts === undefined ? nothing : tile('Open ports', figure(openPorts), lastScan ? [`looked ${moment(lastScan)}`] : [])}
      ${link ? tile('Round trip here', link.rtt === undefined ? 'no answer' : `${figure(link.rtt)} ms`, linkNotes(link)) : nothing}
      ${hottest ? tile('Warmest sensor here', `${figure(hottest.value)} °C`, [hottest.sensor]) : nothing}
    </dl>`
  }

  #learning({ since, notices, state: { learning, health } }: Overview) {
    if (!learning.on) return nothing
    const absent = health.filter(isWanting).map(({ title }) => title)
    return html`<section class="card" aria-labelledby="learning">
      <h2 id="learning">Getting to know your home</h2>
      <p>
        Watching since ${day(since)}. Until ${day(learning.until)} Hearthwarden learns what is normal here:
        only what is certain is told at once, the rest waits for the daily recap.
      </p>
      ${notices.map((notice) => html`<p class="soft">${notice}.</p>`)}
      ${
        absent.length === 0
          ? nothing
          : html`<p class="soft">
              Could be watched, too, but is not here: ${absent.join(' · ')}.
              <a href=${hashOf('health')}>What each needs</a>
            </p>`
      }
    </section>`
  }

  #recap({ recap }: HouseState) {
    if (!recap) return nothing
    return html`<section class="card" aria-labelledby="recap">
      <h2 id="recap">${day(recap.at)}</h2>
      <p class="strange">${recap.headline}</p>
      <p class="small"><a href=${hashOf('recap')}>The whole recap</a></p>
    </section>`
  }
}

function devicesNotes({ devicesOnline, newDevicesToday }: HouseState): readonly string[] {
  const lately = `${figure(devicesOnline)} seen lately`
  return newDevicesToday > 0 ? [lately, `${figure(newDevicesToday)} new today`] : [lately]
}

function linkNotes({ target, loss = 0 }: HouseState['situation']['links'][number]): readonly string[] {
  return loss > 0 ? [target, `${figure(loss)} % lost`] : [target]
}

customElements.define('hw-home', HwHome)
