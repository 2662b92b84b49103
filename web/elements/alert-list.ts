import { css, html, LitElement, nothing } from 'lit'
import { icon } from '../icons.ts'
import { hashOf } from '../route.ts'
import { styles } from '../styles.ts'
import type { AlertRow } from '../wire.ts'
import { statusWords } from '../words.ts'

/** Alerts as rows that lead to them. */
class HwAlertList extends LitElement {
  static override properties = { alerts: { attribute: false } }
  static override styles = [
    styles,
    css`
      ul {
        background: var(--card);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        box-shadow: var(--shadow);
        overflow: clip;
      }
      a {
        display: flex;
        align-items: center;
        gap: 0.9rem;
        padding: 0.85rem 1.1rem;
        color: inherit;
        text-decoration: none;
      }
      a:hover {
        background: var(--raised);
      }
      a:focus-visible {
        outline-offset: -3px;
        border-radius: var(--radius);
      }
      hw-severity {
        flex: none;
        width: 6.3rem;
      }
      .title {
        font-weight: 600;
      }
      a > .icon {
        color: var(--soft);
      }
      @media (max-width: 34rem) {
        a {
          flex-wrap: wrap;
          gap: 0.4rem 0.6rem;
          padding: 0.8rem 0.9rem;
          position: relative;
        }
        hw-severity {
          width: auto;
        }
        .grow {
          flex-basis: 100%;
          order: 2;
        }
        a > .icon {
          margin-left: auto;
        }
      }
    `,
  ]
  declare alerts: readonly AlertRow[]

  override render() {
    return html`<ul class="rows">
      ${this.alerts.map(
        (alert) =>
          html`<li>
            <a href=${hashOf('alerts', alert.id)}>
              <hw-severity .severity=${alert.severity}></hw-severity>
              <span class="grow">
                <span class="title strange">${alert.title}</span><br />
                ${
                  alert.verdict?.status === 'ok'
                    ? html`<span class="strange">${alert.verdict.reason}</span><br />`
                    : nothing
                }
                <span class="soft small">
                  <span class="strange">${alert.deviceName}</span> ·
                  <hw-time .at=${alert.updatedAt}></hw-time>
                  ${alert.status === 'open' ? '' : `· ${statusWords[alert.status]}`}
                </span>
              </span>
              ${icon('next')}
            </a>
          </li>`,
      )}
    </ul>`
  }
}

customElements.define('hw-alert-list', HwAlertList)
