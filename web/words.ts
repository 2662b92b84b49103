import type { HealthRow, LoopState, PluginChecks, Severity, Status } from './wire.ts'

/** How the page says things. Pure: the time is an argument. */

export const severityWords: Record<Severity, string> = {
  none: 'None',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
}

export const statusWords: Record<Status, string> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  expected: 'Expected',
  closed: 'Closed',
}

export const loopWords: Record<LoopState, string> = {
  starting: 'Not run yet',
  ok: 'Well',
  waiting: 'Not answering',
  blocked: 'Needs you',
  failing: 'Failing',
  off: 'Not set up',
}

const spans: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** `5 minutes ago`, `in 3 days`, `just now`. */
export function ago(time: string, now: Date): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000
  const [unit, size] = spans.find(([, size]) => Math.abs(seconds) >= size) ?? []
  if (unit === undefined || size === undefined) return 'just now'
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / size), unit)
}

/** `40 minutes`, `a moment`: how long it has lasted. */
export function lasting(since: string, now: Date): string {
  const seconds = (now.getTime() - new Date(since).getTime()) / 1000
  const [unit, size] = spans.find(([, size]) => seconds >= size) ?? []
  if (unit === undefined || size === undefined) return 'a moment'
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.round(seconds / size),
  )
}

/** `21 Nov, 14:05`, in the reader's own time zone. */
export function moment(time: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(time))
}

/** `Saturday 21 November` */
export function day(time: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).format(
    new Date(time),
  )
}

/** `1,204`; at most one digit after the point. */
export function figure(value: number): string {
  return new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }).format(value)
}

/** `1 device`, `4 devices` */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${figure(amount)} ${amount === 1 ? one : many}`
}

/** `quite sure (82 %)` */
export function sureness(confidence: number): string {
  const word =
    confidence >= 0.9
      ? 'certain'
      : confidence >= 0.7
        ? 'quite sure'
        : confidence >= 0.4
          ? 'fairly sure'
          : 'a hint'
  return `${word} (${Math.round(confidence * 100)} %)`
}

/** `nxdomainShare` → `nxdomain share` */
export function spaced(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase()
}

/** The part of a loop's name before the slash: `collect`, `notify`. */
export function kindOf({ loop }: Pick<HealthRow, 'loop'>): string {
  return loop.split('/', 1)[0] ?? loop
}

/** What the loop of a plugin is called, by its kind: `notifiers` and `discord` make `notify/discord`. */
export function loopOf({ kind, plugin }: { readonly kind: string; readonly plugin: string }): string {
  const prefix = prefixes[kind]
  return prefix === undefined ? plugin : `${prefix}/${plugin}`
}

const prefixes: Readonly<Record<string, string>> = {
  collectors: 'collect',
  detectors: 'detect',
  notifiers: 'notify',
  bridges: 'bridge',
}

/** How a loop is with what its plugin found: one that runs well may still miss something, and then needs a person. */
export function judged(row: HealthRow, found: readonly PluginChecks[]): HealthRow {
  if (row.state !== 'ok') return row
  const checks = found.find((plugin) => loopOf(plugin) === row.loop)?.checks ?? []
  const missing = checks.filter(({ ok }) => !ok).map(({ message }) => message)
  return missing.length === 0 ? row : { ...row, state: 'blocked', reason: missing.join('. ') }
}

/** It does not do its work, and should. */
export function isTroubled({ state }: Pick<HealthRow, 'state'>): boolean {
  return state === 'waiting' || state === 'blocked' || state === 'failing'
}

/** A source that is not here, says what it would need, and whose work nothing else does. */
export function isWanting(row: Pick<HealthRow, 'loop' | 'state' | 'reason' | 'coveredBy'>): boolean {
  const { state, reason, coveredBy } = row
  return kindOf(row) === 'collect' && state === 'off' && reason !== undefined && coveredBy === undefined
}

/** How a loop is, in a word or two. */
export function stateOf({ state, coveredBy }: Pick<HealthRow, 'state' | 'coveredBy'>): string {
  return coveredBy === undefined ? loopWords[state] : 'Not needed'
}

/** Why it is so, where there is anything to say. */
export function reasonOf({ reason, coveredBy }: Pick<HealthRow, 'reason' | 'coveredBy'>): string | undefined {
  return coveredBy === undefined ? reason : `“${coveredBy}” does the same here.`
}

/** The whole house in a few words, one sentence about it, and the colour that suits both. */
export function headline(
  severity: Severity,
  openAlerts: number,
  health: readonly HealthRow[],
): { title: string; sentence: string; tone: Severity } {
  const sources = health.filter((row) => kindOf(row) === 'collect' && row.state !== 'off')
  const troubled = sources.filter(isTroubled)
  const watching =
    sources.length === 0
      ? 'No source is set up yet, so there is nothing to watch.'
      : troubled.length === 0
        ? `${count(sources.length, 'source')} watched, all well.`
        : `${troubled.length} of ${count(sources.length, 'source')} not well.`
  const open = `${count(openAlerts, 'open alert')}. ${watching}`
  switch (severity) {
    case 'high':
      return { title: 'Something needs you', sentence: open, tone: 'high' }
    case 'medium':
      return { title: 'Worth a look', sentence: open, tone: 'medium' }
    case 'low':
      return { title: 'Small things noticed', sentence: open, tone: 'low' }
    case 'none':
      return troubled.length > 0 || sources.length === 0
        ? { title: 'Quiet, but not all is watched', sentence: watching, tone: 'low' }
        : { title: 'All is calm', sentence: `Nothing is open. ${watching}`, tone: 'none' }
  }
}
