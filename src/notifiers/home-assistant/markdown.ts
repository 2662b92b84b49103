import type { AlertView } from '../../core/alert.ts'
import type { Recap, RecapValue } from '../../core/recap.ts'
import type { Severity } from '../../core/severity.ts'
import { toCircumstances } from '../../core/surroundings.ts'

const words: Record<Severity, string> = { none: 'Harmless', low: 'Low', medium: 'Medium', high: 'High' }

/** How many signals, and how many lines of a list, are shown. */
const strongest = 5
const longestList = 20

const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu
const punctuation = /[!-/:-@[-`{-~]/g

/**
 * Text of strangers on one line, shown letter by letter (I10): every ASCII sign is escaped, which Markdown allows, so
 * that nothing in it is a link, an image, HTML, a list or a template. At most `longest` code points before that.
 */
export function plain(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(unseen, '')
    .trim()
  const points = Array.from(line)
  const cut = points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : line
  return cut.replaceAll(punctuation, (sign) => `\\${sign}`)
}

/** One alert: who, how bad, why, on what grounds, what to do. */
export function toAlertText(alert: AlertView): string {
  const signals = alert.signals.filter(({ grant }) => grant === undefined).slice(0, strongest)
  return paragraphs([
    `**${words[alert.severity]}** · ${plain(alert.deviceView.name, 80)}`,
    plain(alert.verdict?.reason ?? titleBeside(signals, alert.title), 500),
    plain(toCircumstances(alert.surroundings ?? {}) ?? '', 200),
    toList(
      signals.map(
        ({ summary, confidence }) => `${plain(summary, 300)}, ${Math.round(confidence * 100)} % sure`,
      ),
    ),
    section(
      'What you can do',
      alert.advice.map((sentence) => plain(sentence, 300)),
    ),
  ])
}

/** A title that is the sentence of a signal is not said twice. */
function titleBeside(signals: AlertView['signals'], title: string): string {
  return signals.some(({ summary }) => summary === title) ? '' : title
}

/** Many alerts, one line each. */
export function toFoldText(alerts: readonly AlertView[]): string {
  return toList(alerts.map(toAlertLine))
}

/** The day: alerts of all severities, what is new, values beside the usual, sources that need a look. */
export function toRecapText(recap: Recap): string {
  const troubles = recap.health.filter(({ state }) => state !== 'ok' && state !== 'off')
  return paragraphs([
    `**${plain(recap.headline, 255)}**`,
    recap.learning ? 'Still learning what is normal: only what is certain is told at once.' : '',
    section('Alerts', recap.alerts.map(toAlertLine)),
    section(
      'New devices',
      recap.newDevices.map((name) => plain(name, 80)),
    ),
    recap.newDomains > 0 ? `New domains: ${recap.newDomains}` : '',
    section('Values', recap.values.map(toValueLine)),
    section(
      'Needs a look',
      troubles.map(({ title, reason, state }) => `${plain(title, 80)}: ${plain(reason ?? state, 300)}`),
    ),
  ])
}

function toAlertLine({ id, severity, status, deviceView, title }: AlertView): string {
  const end = status === 'open' ? '' : `, ${status}`
  return `${words[severity]} · ${plain(deviceView.name, 80)}: ${plain(title, 200)} (${plain(id, 20)}${end})`
}

function toValueLine({ device, subject, value, unit, usual }: RecapValue): string {
  const beside = usual === undefined ? '' : `, usually ${Math.round(usual * 10) / 10}`
  return `${plain(device, 80)}, ${plain(subject, 80)}: ${Math.round(value * 10) / 10} ${plain(unit, 20)}${beside}`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `**${title}**\n\n${toList(lines)}`
}

function toList(lines: readonly string[]): string {
  const more = lines.length - longestList
  return [...lines.slice(0, longestList), ...(more > 0 ? [`and ${more} more`] : [])]
    .map((line) => `- ${line}`)
    .join('\n')
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}
