import type { Alert, AlertLine } from '../core/alert.ts'
import type { Device } from '../core/device.ts'
import { severities, type Severity } from '../core/severity.ts'
import type { Week } from '../core/week.ts'
import type { Devices } from '../store/store.ts'

/** How long a week is, in milliseconds. */
export const week = 7 * 86_400_000
/** So many new devices are named: on its first day a house may have hundreds. */
const mostNamed = 20

/** The week that ends at `to`; `alerts` are its alerts, worst first. */
export function toWeek(alerts: readonly Alert[], devices: Pick<Devices, 'list' | 'get'>, to: Date): Week {
  const of = (severity: Severity) => alerts.filter((alert) => alert.severity === severity).length
  const from = new Date(to.getTime() - week)
  const newest = devices.list().toSorted((a, b) => b.firstSeen.getTime() - a.firstSeen.getTime())
  const names = newDevicesOf(newest, from, to)
  const [worst] = alerts.slice(0, 1).map((alert) => toLine(alert, devices))
  return {
    alerts: { low: of('low'), medium: of('medium'), high: of('high') },
    ...(worst && { worst }),
    newDevices: { count: names.length, names: names.slice(0, mostNamed) },
    headline: `${alertWords(alerts)}; ${names.length} new ${names.length === 1 ? 'device' : 'devices'}`,
  }
}

/** One line about an alert. */
export function toLine(alert: Alert, devices: Pick<Devices, 'get'>): AlertLine {
  const { id, severity, title, device } = alert
  return { id, severity, title, device: devices.get(device)?.name ?? device }
}

/** Names of those that were first seen in this span. */
export function newDevicesOf(devices: readonly Device[], from: Date, to: Date): readonly string[] {
  return devices.filter(({ firstSeen }) => firstSeen >= from && firstSeen < to).map(({ name }) => name)
}

/** `1 high, 1 medium and 2 low alerts`. */
export function alertWords(alerts: readonly Pick<Alert, 'severity'>[]): string {
  const counts = severities
    .toReversed()
    .map((severity) => ({ severity, count: alerts.filter((alert) => alert.severity === severity).length }))
    .filter(({ severity, count }) => count > 0 && severity !== 'none')
    .map(({ severity, count }) => `${count} ${severity}`)
  const total = alerts.filter(({ severity }) => severity !== 'none').length
  const told =
    counts.length > 1 ? `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)}` : (counts[0] ?? 'no')
  return `${told} ${total === 1 || counts.at(-1)?.startsWith('1 ') ? 'alert' : 'alerts'}`
}
