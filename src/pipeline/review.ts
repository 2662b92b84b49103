import * as z from 'zod'
import type { Window } from '../core/detector.ts'
import { thisMachine, type DeviceId } from '../core/device.ts'
import { pause } from '../core/time.ts'
import type { PeriodCounts, Store } from '../store/store.ts'
import type { Judge } from '../triage/llm.ts'
import { isQuiet, toTelling, type Period, type PeriodRow } from '../triage/period.ts'
import { reviewer } from '../triage/rules.ts'
import type { Loop, Turn } from './supervise.ts'
import { look } from './triage.ts'

/** Where the last period ended: by the clock, and by the number of its last event. */
const cursorSchema = z.object({ at: z.number(), seq: z.number() })
type Cursor = z.infer<typeof cursorSchema>
/** When somebody asked for a review. */
const askedSchema = z.object({ at: z.number() })
const asked = `${reviewer}/asked`

const hour = 3_600_000
/** What was missed is asked about at once, of this much at most. */
const longest = 6 * hour
/** An event may be stored so long after it happened: its number tells that it was not looked at yet. */
const late = hour / 6
/** How often the clock is looked at: it may jump. */
const restMilliseconds = 60_000

export interface ReviewTools {
  readonly store: Store
  readonly judge: Judge
  /** Seconds. */
  readonly interval: number
  readonly now: () => Date
}

/**
 * The loop that has the model look at the house as a whole, once an interval. Its cursor is saved with what it claims:
 * no period is asked about twice, and while the model is away the periods add up to one question. A quiet period is
 * not asked about.
 */
export function toReviewLoop(tools: ReviewTools): Loop {
  const { store, judge, interval, now } = tools
  return {
    name: reviewer,
    title: 'Review by the language model',
    async run(turn) {
      await look(judge, turn)
      let cursor = await begin(store, now())
      while (!turn.stop.aborted) {
        const due = cursor.at + interval * 1000
        const at = now().getTime()
        // A clock that was put back would keep us waiting.
        if (at < due && at >= cursor.at && !(await isAsked(store, cursor))) {
          await pause(Math.min(due - at, restMilliseconds), turn.stop)
          continue
        }
        if (await look(judge, turn)) cursor = await reviewed(cursor, tools, turn)
        else await pause(restMilliseconds, turn.stop)
      }
    },
  }
}

/** Has the loop look as soon as it is started anew. */
export async function askForReview(store: Store, now: Date): Promise<void> {
  await store.cursors.set(asked, { at: now.getTime() }, 'now')
}

async function isAsked(store: Store, cursor: Cursor): Promise<boolean> {
  const saved = askedSchema.safeParse(await store.cursors.get(asked))
  return saved.success && saved.data.at > cursor.at
}

/** Goes on where it was; the first period begins now. */
async function begin(store: Store, now: Date): Promise<Cursor> {
  const saved = cursorSchema.safeParse(await store.cursors.get(reviewer))
  if (saved.success) return saved.data
  const cursor = { at: now.getTime(), seq: store.events.newest() }
  await store.cursors.set(reviewer, cursor, 'now')
  return cursor
}

/** Asks about what was since the last time and claims what is found. */
async function reviewed(cursor: Cursor, tools: ReviewTools, turn: Turn): Promise<Cursor> {
  const { store, judge, now } = tools
  const to = now()
  const next = { at: to.getTime(), seq: store.events.newest() }
  const from = new Date(Math.max(Math.min(cursor.at, next.at), next.at - longest))
  const window: Window = {
    from: new Date(from.getTime() - late),
    to,
    after: cursor.seq,
    through: next.seq,
    imported: false,
  }
  const period = await periodOf({ from, to, window }, tools)
  const signals = isQuiet(period.rows) ? [] : await judge.review(period, turn.stop)
  await store.signals.claim({ loop: reviewer, signals, cursor: next })
  turn.ok({ count: signals.length })
  return next
}

interface Span {
  readonly from: Date
  readonly to: Date
  readonly window: Window
}

/** All that is told of a period. */
async function periodOf(span: Span, { store, now }: ReviewTools): Promise<Period> {
  const { from, to, window } = span
  const issues = await store.household.knownIssues()
  const counts = await store.events.counts(window)
  const rows = [...(await numbersOf(span, counts, store)), ...(await newsOf(span, counts, store))]
  return {
    from,
    to,
    devices: store.devices.list().filter(({ lastSeen }) => lastSeen >= from).length,
    rows: toTelling(rows),
    knownIssues: issues.filter(({ until }) => until === undefined || until >= now()).map(({ text }) => text),
    constraints: await store.household.constraints(),
  }
}

/** The period's numbers beside the usual ones: sensors by their mean, what is counted by the hour. */
async function numbersOf(
  { from, to, window }: Span,
  counts: PeriodCounts,
  store: Store,
): Promise<PeriodRow[]> {
  const hours = Math.max(1, (to.getTime() - from.getTime()) / hour)
  const [readings, attempts, totals] = await Promise.all([
    store.events.reader.readings(window),
    store.events.reader.attempts(window),
    store.events.totals(from, to),
  ])
  const toRow = (device: DeviceId, subject: string, value: number, limit?: number): PeriodRow => {
    const usual = store.baselines.get(device, subject)
    return {
      kind: 'number',
      device,
      subject,
      value,
      at: from,
      ...(usual && { usual }),
      ...(limit !== undefined && { limit }),
    }
  }
  const failures = Map.groupBy(
    attempts.filter((row) => row.failures > 0),
    ({ device }) => device,
  )
  return [
    ...[...failures].map(([device, rows]) =>
      toRow(device, 'failed-logins', sum(rows.map((row) => row.failures))),
    ),
    ...house('dns-queries', sum(counts.queries.map(({ count }) => count)) / hours, from),
    ...house('connections', sum(counts.connections.map(({ count }) => count)) / hours, from),
    ...house('new-domains', sum(totals.byDevice.map(({ newDomains }) => newDomains)), from),
    ...readings.map(({ device, quantity, sensor, mean, limit }) =>
      toRow(device, `${quantity}/${sensor}`, mean, limit),
    ),
    ...counts.queries.map(({ device, count }) => toRow(device, 'dns-queries', count / hours)),
    ...counts.connections.map(({ device, count }) => toRow(device, 'connections', count / hours)),
    ...totals.byDevice.map(({ device, newDomains }) => toRow(device, 'new-domains', newDomains)),
  ]
}

/** A number of the house as a whole, where it tells anything. */
function house(subject: string, value: number, at: Date): PeriodRow[] {
  return value > 0 ? [{ kind: 'number', subject, value, at }] : []
}

/** Devices (from the house's second day on), ports and lines of logs that were not there before. */
async function newsOf(
  { from, to, window }: Span,
  { newPorts }: PeriodCounts,
  store: Store,
): Promise<PeriodRow[]> {
  const lines = await store.events.reader.templates(window)
  const isYoung = from.getTime() - store.meta.createdAt.getTime() < 24 * hour
  const arrived = store.devices
    .list()
    .filter(({ id, firstSeen }) => !isYoung && id !== thisMachine && firstSeen >= from && firstSeen < to)
  return [
    ...arrived.map(({ id }): PeriodRow => ({ kind: 'new', device: id, what: 'device' })),
    ...newPorts.map(({ device, port }): PeriodRow => ({ kind: 'new', device, what: port })),
    ...perProgram(lines.filter(({ isNew }) => isNew)).map(
      ({ device, program, template, count, isNew }): PeriodRow => ({
        kind: 'line',
        device,
        program,
        template,
        count,
        isNew,
      }),
    ),
  ]
}

/** At most so many lines of one program: none drowns the others. */
const linesEach = 3

function perProgram<T extends { readonly program: string }>(lines: readonly T[]): T[] {
  return [...Map.groupBy(lines, ({ program }) => program).values()].flatMap((each) =>
    each.slice(0, linesEach),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
