import { css, html, LitElement, nothing } from 'lit'
import { post } from '../api.ts'
import { icon } from '../icons.ts'
import type { Live } from '../live.ts'
import { hashOf } from '../route.ts'
import { bytes } from '../sights.ts'
import { controls, styles } from '../styles.ts'
import { tell } from '../told.ts'
import { Watched } from '../watched.ts'
import type { Device, DeviceView, DomainRow, Grant, Overview, PeerRow } from '../wire.ts'
import { day, figure } from '../words.ts'

/** One device: who it is, what it asks for, what it did, what it may. */
class HwDevice extends LitElement {
  static override properties = {
    live: { attribute: false },
    overview: { attribute: false },
    deviceId: { attribute: false },
  }
  static override styles = [
    styles,
    controls,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.2rem;
        text-decoration: none;
        margin: 0 0 0.5rem -0.3rem;
      }
      .facts {
        display: grid;
        grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr);
        gap: 0.3rem 1.4rem;
      }
      dt {
        color: var(--soft);
      }
      .domains li,
      .grants li {
        padding: 0.3rem 0;
      }
      section > h2 {
        margin-bottom: 0.6rem;
      }
      .domains {
        columns: 22rem 2;
        column-gap: 2.5rem;
      }
      .domains li {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        break-inside: avoid;
        padding: 0.15rem 0;
      }
      .domains .grow {
        flex-basis: 11rem;
      }
    `,
  ]
  declare live: Live | undefined
  declare overview: Overview | undefined
  declare deviceId: string
  readonly #view = new Watched<DeviceView>(this, ['alerts', 'grants'], () => ({
    live: this.live,
    path: `api/devices/${encodeURIComponent(this.deviceId)}`,
  }))

  constructor() {
    super()
    this.addEventListener('told', () => void this.#view.read())
  }

  override render() {
    const { value, error } = this.#view
    return html`
      <a class="back" href=${hashOf('devices')}>${icon('back')}Devices</a>
      ${
        value
          ? html`<article class="page">
              <hw-device-name .device=${value.device}></hw-device-name>
              ${this.#facts(value.device)} ${this.#alerts(value)} ${this.#domains(value.domains)}
              ${this.#peers(value.peers)} ${this.#grants(value.grants)}
              <p>
                <a href=${hashOf('events', value.device.id)}>Everything it was seen to do</a>
              </p>
            </article>`
          : error === undefined
            ? html`<p class="soft">Looking…</p>`
            : html`<hw-empty heading="This device cannot be shown">${error}</hw-empty>`
      }
    `
  }

  #facts(device: Device) {
    const { id, area, vendor, addresses, macs, hostnames, sources } = device
    const { randomMac, provisional, firstSeen, lastSeen } = device
    const fact = (title: string, value: unknown) =>
      html`<dt>${title}</dt>
        <dd class="strange">${value}</dd>`
    return html`<section class="card" aria-label="What is known of it">
      <dl class="facts">
        ${hostnames.length > 0 ? fact('Calls itself', hostnames.join(', ')) : nothing}
        ${area === undefined ? nothing : fact('Room', area)}
        ${vendor === undefined ? nothing : fact('Made by', vendor)}
        ${fact('Addresses', addresses.join(', ') || 'none known')}
        ${
          macs.length > 0
            ? fact(
                'Hardware',
                `${macs.join(', ')}${randomMac ? ' (made up, as phones do to hide who they are)' : ''}`,
              )
            : nothing
        }
        ${fact('First seen', html`<hw-time .at=${firstSeen}></hw-time>`)}
        ${fact('Last seen', html`<hw-time .at=${lastSeen}></hw-time>`)}
        ${
          sources.length > 0
            ? fact(
                'Seen by',
                sources.map(
                  ({ name, lastSeen: at }) => html`<div>${name}, <hw-time .at=${at}></hw-time></div>`,
                ),
              )
            : nothing
        }
      </dl>
      ${id === 'this-machine' ? html`<p class="soft small">Hearthwarden runs on this machine.</p>` : nothing}
      ${
        provisional
          ? html`<p class="soft small">
              Known by an address alone so far: it may turn out to be another device of the list.
            </p>`
          : nothing
      }
    </section>`
  }

  #alerts({ alerts }: DeviceView) {
    if (alerts.length === 0) return nothing
    return html`<section aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <hw-alert-list .alerts=${alerts}></hw-alert-list>
    </section>`
  }

  /** What no source sees is not shown: most homes see connections on their router alone. */
  #peers(peers: readonly PeerRow[]) {
    if (peers.length === 0) return nothing
    return html`<section class="card" aria-labelledby="peers">
      <h2 id="peers">Whom it talked to in the last 24 hours</h2>
      <ol class="domains">
        ${peers.map(
          ({ peer, port, outward, name, count, bytesOut, bytesIn }) =>
            html`<li>
              <span class="grow strange"
                ><span aria-hidden="true">${outward ? '→' : '←'}</span
                ><span class="visually-hidden">${outward ? 'to' : 'from'}</span>
                ${name ?? peer}${port === undefined ? '' : `, port ${port}`}</span
              >
              <span class="soft"
                >${
                  bytesOut === undefined || bytesIn === undefined
                    ? `${figure(count)} times`
                    : `${bytes(bytesOut)} out, ${bytes(bytesIn)} in`
                }</span
              >
            </li>`,
        )}
      </ol>
    </section>`
  }

  #domains(domains: readonly DomainRow[]) {
    return html`<section class="card" aria-labelledby="domains">
      <h2 id="domains">What it asked for in the last 24 hours</h2>
      ${
        domains.length === 0
          ? html`<p class="soft">Nothing that a source here has seen.</p>`
          : html`<ol class="domains">
              ${domains.map(
                ({ domain, queries, blocked }) =>
                  html`<li>
                    <span class="grow strange">${domain}</span>
                    <span class="soft">${figure(queries)}${blocked > 0 ? ', blocked' : ''}</span>
                  </li>`,
              )}
            </ol>`
      }
    </section>`
  }

  #grants(grants: readonly Grant[]) {
    if (grants.length === 0) return nothing
    return html`<section class="card" aria-labelledby="grants">
      <h2 id="grants">What you said is expected</h2>
      <ul class="grants rows">
        ${grants.map(
          ({ id, detector, target, until }) =>
            html`<li class="row">
              <span class="grow strange"
                >${this.overview?.detectors.find(({ name }) => name === detector)?.title ?? detector}${target === undefined ? '' : html` about <b>${target}</b>`},
                until ${day(until)}</span
              >
              <button class="plain" @click=${() => tell(this, post(`api/grants/${id}/revoke`))}>
                Take back
              </button>
            </li>`,
        )}
      </ul>
    </section>`
  }
}

customElements.define('hw-device', HwDevice)
