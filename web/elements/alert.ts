import { css, html, LitElement, nothing } from 'lit'
import { icon } from '../icons.ts'
import type { Live } from '../live.ts'
import { hashOf } from '../route.ts'
import { styles } from '../styles.ts'
import { Watched } from '../watched.ts'
import type { AlertStory, AlertView, Overview, Signal } from '../wire.ts'
import { moment, spaced, statusWords, sureness } from '../words.ts'

/** One alert: what it is, why, what it rests on, what can be done. */
class HwAlert extends LitElement {
  static override properties = {
    live: { attribute: false },
    overview: { attribute: false },
    alertId: { attribute: false },
  }
  static override styles = [
    styles,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.2rem;
        text-decoration: none;
        margin-left: -0.3rem;
      }
      h1 {
        margin: 0.5rem 0 0.3rem;
      }
      .reason {
        font-size: 1.05rem;
      }
      .advice li {
        display: flex;
        gap: 0.6rem;
      }
      .advice li + li {
        margin-top: 0.5rem;
      }
      .advice .icon {
        color: var(--accent);
        margin-top: 0.12rem;
      }
      .signal {
        padding: 0.85rem 0;
      }
      .signal:first-child {
        padding-top: 0;
      }
      .signal:last-child {
        padding-bottom: 0;
      }
      .evidence {
        display: grid;
        grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr);
        gap: 0.2rem 1.2rem;
        margin-top: 0.5rem;
        font-size: 0.92rem;
      }
      dt {
        color: var(--soft);
      }
      .story li {
        display: grid;
        grid-template-columns: 7.5rem minmax(0, 1fr);
        gap: 0.75rem;
        padding: 0.3rem 0;
      }
      @media (max-width: 34rem) {
        .story li {
          grid-template-columns: 1fr;
          gap: 0;
        }
      }
    `,
  ]
  declare live: Live | undefined
  declare overview: Overview | undefined
  declare alertId: string
  readonly #story = new Watched<AlertStory>(this, ['alerts', 'grants'], () => ({
    live: this.live,
    path: `api/alerts/${encodeURIComponent(this.alertId)}`,
  }))

  override render() {
    const { value, error } = this.#story
    return html`
      <a class="back" href=${hashOf('alerts')}>${icon('back')}Alerts</a>
      ${
        value
          ? this.#alert(value)
          : error === undefined
            ? html`<p class="soft">Looking…</p>`
            : html`<hw-empty heading="This alert cannot be shown">${error}</hw-empty>`
      }
    `
  }

  #alert({ alert, story }: AlertStory) {
    return html`<article class="page">
      <header>
        <h1 class="strange">${alert.title}</h1>
        <p class="row">
          <hw-severity .severity=${alert.severity}></hw-severity>
          <a class="strange" href=${hashOf('devices', alert.device)}>${alert.deviceView.name}</a>
          <span class="soft">
            ${statusWords[alert.status]} · opened <hw-time .at=${alert.openedAt}></hw-time>
            ${
              alert.mutedUntil && new Date(alert.mutedUntil) > new Date()
                ? html`· muted until ${moment(alert.mutedUntil)}`
                : nothing
            }
          </span>
        </p>
      </header>
      ${
        alert.status === 'closed'
          ? nothing
          : html`<hw-alert-actions .view=${alert} .overview=${this.overview}></hw-alert-actions>`
      }
      ${this.#reason(alert)} ${this.#advice(alert)}
      <section class="card" aria-labelledby="evidence">
        <h2 id="evidence">What it rests on</h2>
        <div class="rows">${alert.signals.map((signal) => this.#signal(signal))}</div>
      </section>
      <section class="card" aria-labelledby="story">
        <h2 id="story">What happened</h2>
        <ol class="story">
          ${story.map(
            ({ at, what }) =>
              html`<li><span class="soft">${moment(at)}</span><span class="strange">${what}</span></li>`,
          )}
        </ol>
      </section>
      <p class="row">
        <hw-download
          path="api/alerts/${alert.id}/download"
          name="hearthwarden-alert-${alert.id}.json"
        ></hw-download>
        <span class="soft small"
          >What is on this page, as a file (JSON): to keep it, or to show it to somebody.</span
        >
      </p>
    </article>`
  }

  #reason({ verdict }: AlertView) {
    if (!verdict) return nothing
    return html`<section class="card" aria-labelledby="reason">
      <h2 id="reason">Why</h2>
      <p class="reason strange">${verdict.reason}</p>
      ${
        verdict.status === 'ok'
          ? html`<p class="soft small">
              In the words of the language model (<span class="strange">${verdict.model}</span>), inside what
              the rules allow.
            </p>`
          : html`<p class="soft small">By the rules alone.</p>`
      }
    </section>`
  }

  #advice({ advice }: AlertView) {
    if (advice.length === 0) return nothing
    return html`<section class="card" aria-labelledby="advice">
      <h2 id="advice">What you can do</h2>
      <ul class="advice">
        ${advice.map((sentence) => html`<li>${icon('next')}<span>${sentence}</span></li>`)}
      </ul>
    </section>`
  }

  #signal({ detector, summary, confidence, count, at, evidence, grant }: Signal) {
    const known = this.overview?.detectors.find(({ name }) => name === detector)
    return html`<div class="signal">
      <h3 class="strange">${summary}</h3>
      <p class="soft small">
        ${known?.title ?? detector}${known?.technique ? ` (${known.technique})` : ''} ·
        ${sureness(confidence)} · <hw-time .at=${at}></hw-time>${count > 1 ? ` · ${count} times` : ''}${
          grant ? ' · expected' : ''
        }
      </p>
      <dl class="evidence">
        ${Object.entries(evidence).map(
          ([name, value]) =>
            html`<dt>${spaced(name)}</dt>
              <dd class="strange">${value === true ? 'yes' : value === false ? 'no' : value}</dd>`,
        )}
      </dl>
    </div>`
  }
}

customElements.define('hw-alert', HwAlert)
