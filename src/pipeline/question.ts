import type { AlertView } from '../core/alert.ts'
import type { Window } from '../core/detector.ts'
import { thisMachine, type DeviceId } from '../core/device.ts'
import type { KnownIssue, Store } from '../store/store.ts'
import type { Question } from '../triage/llm.ts'

const hour = 3_600_000
/** How far from the alert's newest signal a line of a log may lie. */
const around = 15 * 60_000

/** All that is told to the model of an alert. */
export async function toQuestion(
  alert: AlertView,
  { store, now }: { store: Store; now: Date },
): Promise<Question> {
  const { device, updatedAt } = alert
  const issues = await store.household.knownIssues()
  const dayAgo = new Date(updatedAt.getTime() - 24 * hour)
  const [numbers, lines, sources] = await Promise.all([
    numbersAt(device, updatedAt, store),
    linesAround(device, updatedAt, store),
    store.events.sources(device, dayAgo, new Date(updatedAt.getTime() + 1)),
  ])
  return {
    alert,
    baselines: store.baselines.list(device),
    now: numbers,
    sources: sources.map((loop) => loop.replace(/^collect\//, '')),
    lines,
    knownIssues: issues.filter((issue) => isAbout(issue, device, store, now)).map(({ text }) => text),
    constraints: await store.household.constraints(),
  }
}

/** Whether what the household knows speaks of this device, and still holds. */
export function isAbout(issue: KnownIssue, device: DeviceId, store: Store, now: Date): boolean {
  if (issue.until !== undefined && issue.until < now) return false
  return issue.device === undefined || store.devices.find(issue.device)?.id === device
}

/** The device's numbers up to then, as its baselines count them. */
async function numbersAt(
  device: DeviceId,
  at: Date,
  { events }: Store,
): Promise<ReadonlyMap<string, number>> {
  const to = new Date(at.getTime() + 1)
  const lastHour = await events.totals(new Date(at.getTime() - hour), to)
  const lastDay = await events.totals(new Date(at.getTime() - 24 * hour), to)
  const hourly = lastHour.byDevice.find((row) => row.device === device)
  const daily = lastDay.byDevice.find((row) => row.device === device)
  return new Map([
    ...(hourly ? [['dns-queries', hourly.queries] as const] : []),
    ...(daily ? [['domains', daily.domains] as const, ['new-domains', daily.newDomains] as const] : []),
    ...lastHour.readings
      .filter((row) => row.device === device)
      .map(({ quantity, sensor, value }) => [`${quantity}/${sensor}`, value] as const),
  ])
}

/** What the device and this machine wrote into logs around that time. */
async function linesAround(device: DeviceId, at: Date, { events }: Store): Promise<Question['lines']> {
  const window: Window = {
    from: new Date(at.getTime() - around),
    to: new Date(at.getTime() + around),
    after: 0,
    through: events.newest(),
    imported: false,
  }
  const rows = await events.reader.templates(window)
  return rows.filter((row) => row.device === device || row.device === thisMachine)
}
