import type { AlertLine, AlertView } from '../../core/alert.ts'
import type { Happening } from '../../core/bridge.ts'
import type { HealthRow } from '../../core/health.ts'
import type { Recap } from '../../core/recap.ts'
import type { Week } from '../../core/week.ts'
import { plain } from './plain.ts'

/** Home Assistant's recorder drops attributes above 16 KB as a whole; half of it is ours. */
const mostBytes = 8192
const longestList = 10

/** JSON of what `content` gives when its lists are at most so long: as long as fits. */
export function toAttributes(content: (most: number) => object): string {
  for (let most = longestList; most > 0; most -= 1) {
    const json = JSON.stringify(content(most))
    if (Buffer.byteLength(json) <= mostBytes) return json
  }
  return JSON.stringify(content(0))
}

/** All that a card or an automation may want of an alert. */
export function alertAttributes(alert: AlertView | undefined): string {
  if (alert === undefined) return '{}'
  return toAttributes((most) => ({
    ...alertFacts(alert),
    reason: plain(alert.verdict?.reason ?? alert.title, 240),
    since: alert.openedAt.toISOString(),
    advice: alert.advice.slice(0, Math.min(most, 3)).map((sentence) => plain(sentence, 240)),
    signals: alert.signals.slice(0, most).map(({ detector, confidence, summary }) => ({
      detector,
      confidence: toPercent(confidence),
      summary: plain(summary, 200),
    })),
  }))
}

/** The payload of the event entity: everything beside `event_type` becomes an attribute. */
export function happeningPayload({ type, alert }: Happening): string {
  return JSON.stringify({ event_type: type, ...alertFacts(alert) })
}

/** The day in numbers and short lists. */
export function recapAttributes(recap: Recap | undefined): string {
  if (recap === undefined) return '{}'
  const troubles = recap.health.filter(({ state }) => state !== 'ok' && state !== 'off')
  return toAttributes((most) => ({
    recap: plain(recap.id, 40),
    from: recap.from.toISOString(),
    to: recap.to.toISOString(),
    alerts: recap.alerts.slice(0, most).map(alertFacts),
    new_devices: recap.newDevices.slice(0, most).map((name) => plain(name, 80)),
    new_domains: recap.newDomains,
    values: recap.values.slice(0, most).map(({ device, subject, unit, value, usual }) => ({
      device: plain(device, 80),
      subject: plain(subject, 80),
      unit: plain(unit, 20),
      value,
      usual: usual ?? null,
    })),
    needs_a_look: troubles.slice(0, most).map(({ title }) => plain(title, 80)),
    learning: recap.learning,
  }))
}

/** The open alerts, worst first: for a card that lists them. */
export function openAttributes(open: readonly AlertLine[]): string {
  return toAttributes((most) => ({ alerts: open.slice(0, most).map(lineFacts) }))
}

/** The last seven days in numbers and lists, and as a few sentences that can be sent as they are. */
export function weekAttributes({ alerts, worst, newDevices, headline }: Week): string {
  const { high, medium, low } = alerts
  const shown = worst && lineFacts(worst)
  return toAttributes((most) => {
    const names = newDevices.names.slice(0, most).map((name) => plain(name, 80))
    const more = newDevices.count - names.length
    const sentences = [
      `The last seven days: ${plain(headline, 255)}.`,
      ...(shown ? [`The worst: ${shown.device}, ${shown.severity}: ${shown.title}.`] : []),
      ...(names.length > 0 ? [`New: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`] : []),
    ]
    return { high, medium, low, worst: shown ?? null, new_devices: names, text: sentences.join(' ') }
  })
}

/** In which state a loop is, and what to do. */
export function healthAttributes({ state, reason }: HealthRow): string {
  return JSON.stringify({ state, reason: plain(reason ?? '', 500) })
}

function alertFacts(alert: AlertView) {
  return {
    alert_id: alert.id,
    severity: alert.severity,
    status: alert.status,
    title: plain(alert.title, 200),
    device: plain(alert.deviceView.name, 80),
    address: alert.deviceView.addresses[0] ?? null,
    confidence: toPercent(alert.confidence),
  }
}

function lineFacts({ id, severity, title, device }: AlertLine) {
  return { alert_id: id, severity, title: plain(title, 200), device: plain(device, 80) }
}

/** 0 to 1 as 0 to 100, whole: a hundredth of a difference is no change. */
function toPercent(confidence: number): number {
  return Math.round(confidence * 100)
}
