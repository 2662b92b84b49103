import { css, html, LitElement, nothing } from 'lit'
import { icon, type IconName } from '../icons.ts'
import { styles } from '../styles.ts'
import { get } from '../api.ts'
import type { HealthRow, LoopState, Overview, PluginChecks } from '../wire.ts'
import { count, isTroubled, judged, kindOf, reasonOf, stateOf } from '../words.ts'

const groups = [
  { title: 'Sources', kinds: ['collect'], one: 'thing seen', many: 'things seen' },
  { title: 'Detectors', kinds: ['detect'], one: 'look', many: 'looks' },
  { title: 'Telling and showing', kinds: ['notify', 'bridge'], one: 'sent', many: 'sent' },
]

const icons: Record<LoopState, IconName> = {
  ok: 'none',
  starting: 'starting',
  off: 'off',
  waiting: 'medium',
  blocked: 'high',
  failing: 'high',
}

/** How each part of the house is doing: what is wrong and what to do, in its own sentence. */
class HwHealth extends LitElement {
  static override properties = {
    overview: { attribute: false },
    found: { state: true },
    error: { state: true },
  }
  static override styles = [
    styles,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(10rem, 17rem) minmax(0, 1fr);
        gap: 0.1rem 1.25rem;
        padding: 0.7rem 0;
      }
      li:first-child {
        padding-top: 0.2rem;
      }
      li:last-child {
        padding-bottom: 0;
      }
      .name {
        font-weight: 600;
      }
      .state {
        font-weight: 600;
        margin-right: 0.3rem;
      }
      .ok {
        color: var(--none);
      }
      .starting,
      .off {
        color: var(--soft);
      }
      .waiting {
        color: var(--medium);
      }
      .blocked,
      .failing {
        color: var(--high);
      }
      @media (max-width: 34rem) {
        li {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]
  declare overview: Overview | undefined
  /** What each part found when it looked; absent while it looks. */
  declare found: readonly PluginChecks[] | undefined
  declare error: string | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#look()
  }

  async #look(): Promise<void> {
    this.found = undefined
    this.error = undefined
    try {
      this.found = await get<readonly PluginChecks[]>('api/checks')
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error)
    }
  }

  override render() {
    const rows = this.overview?.state.health ?? []
    const known = groups.flatMap(({ kinds }) => kinds)
    const rest = rows.filter((row) => !known.includes(kindOf(row)))
    return html`<div class="page">
      <h1>Health</h1>
      ${groups.map(({ title, kinds, one, many }) =>
        this.#group(
          title,
          rows.filter((row) => kinds.includes(kindOf(row))),
          one,
          many,
        ),
      )}
      ${this.#group('Inside', rest, 'done', 'done')}
      <hw-channels
        .health=${rows}
        .found=${this.found}
        .error=${this.error}
        @look=${() => this.#look()}
      ></hw-channels>
      <p class="soft small">Hearthwarden ${this.overview?.version}</p>
    </div>`
  }

  #group(title: string, rows: readonly HealthRow[], one: string, many: string) {
    if (rows.length === 0)
      return title === 'Sources'
        ? html`<hw-empty heading="No source is set up">
            Give the place of your DNS server’s log in the settings, and Hearthwarden starts to watch.
          </hw-empty>`
        : nothing
    const worstFirst = rows
      .map((row) => judged(row, this.found ?? []))
      .sort((a, b) => order(a) - order(b) || a.title.localeCompare(b.title))
    return html`<section class="card">
      <h2>${title}</h2>
      <ul class="rows">
        ${worstFirst.map((row) => this.#row(row, one, many))}
      </ul>
    </section>`
  }

  #row(row: HealthRow, one: string, many: string) {
    const reason = reasonOf(row)
    return html`<li>
      <span class="name strange">${row.title}</span>
      <div>
        <span class="state ${row.state}">${icon(icons[row.state])} ${stateOf(row)}</span>
        <span class="soft small">
          ${row.state === 'off' ? nothing : html`<hw-time .since=${row.since}></hw-time>`}
          ${row.count > 0 ? ` · ${count(row.count, one, many)}` : nothing}
          ${row.dropped > 0 ? ` · ${count(row.dropped, 'lost', 'lost')}` : nothing}
        </span>
        ${reason === undefined ? nothing : html`<p class="strange">${reason}</p>`}
      </div>
    </li>`
  }
}

function order(row: HealthRow): number {
  return isTroubled(row) ? 0 : row.state === 'off' ? 2 : 1
}

customElements.define('hw-health', HwHealth)
