import { css, html, LitElement } from 'lit'
import type { Live } from '../live.ts'
import { hashOf } from '../route.ts'
import { styles } from '../styles.ts'
import { Watched } from '../watched.ts'
import type { Device } from '../wire.ts'

/** Every device that was ever seen, newest first. */
class HwDevices extends LitElement {
  static override properties = { live: { attribute: false } }
  static override styles = [
    styles,
    css`
      .card {
        padding: 0.3rem 0;
        overflow: clip;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        text-align: left;
        padding: 0.7rem 1.25rem;
        vertical-align: top;
      }
      thead th {
        font-weight: 600;
        font-size: 0.9rem;
        color: var(--soft);
      }
      tbody tr {
        border-top: 1px solid var(--line);
      }
      tbody th {
        font-weight: 600;
      }
      @media (min-width: 64.01rem) {
        .address {
          min-width: 11.5rem;
        }
      }
      @media (max-width: 64rem) {
        thead {
          display: none;
        }
        tr,
        th,
        td {
          display: block;
          padding: 0;
        }
        tbody tr {
          padding: 0.75rem 1.1rem;
        }
        tbody tr:first-child {
          border: 0;
        }
        td {
          display: inline-block;
          max-width: 100%;
          margin-right: 0.9rem;
          font-size: 0.92rem;
          color: var(--soft);
        }
        td.unknown {
          display: none;
        }
        td[data-name]::before {
          content: attr(data-name) ' ';
        }
      }
    `,
  ]
  declare live: Live | undefined
  readonly #devices = new Watched<readonly Device[]>(this, ['devices'], () => ({
    live: this.live,
    path: 'api/devices',
  }))

  override render() {
    return html`<div class="page">
      <h1>Devices</h1>
      ${this.#list()}
    </div>`
  }

  #list() {
    const { value, error } = this.#devices
    if (error !== undefined) return html`<hw-empty heading="The devices cannot be read">${error}</hw-empty>`
    if (!value) return html`<p class="soft">Looking…</p>`
    if (value.length === 0)
      return html`<hw-empty heading="No devices yet">
        They appear by themselves as soon as a source has seen them.
      </hw-empty>`
    return html`<div class="card">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Address</th>
            <th scope="col">Made by</th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          ${value.map(
            (device) =>
              html`<tr>
                <th scope="row">
                  <a class="strange" href=${hashOf('devices', device.id)}>${device.name}</a>
                </th>
                ${cell('address', device.addresses[0])} ${cell('maker', device.vendor)}
                <td data-name="First seen"><hw-time .at=${device.firstSeen}></hw-time></td>
                <td data-name="Last seen"><hw-time .at=${device.lastSeen}></hw-time></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }
}

function cell(name: string, text: string | undefined) {
  return text === undefined
    ? html`<td class="${name} unknown">—</td>`
    : html`<td class="${name} strange">${text}</td>`
}

customElements.define('hw-devices', HwDevices)
