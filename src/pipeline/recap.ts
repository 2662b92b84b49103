import type { WordsOf } from '../core/alert.ts'
import type { Board } from '../core/health.ts'
import type { Recap, RecapValue } from '../core/recap.ts'
import { daily } from '../core/time.ts'
import type { Store, Totals } from '../store/store.ts'
import type { Loop } from './supervise.ts'
import { alertWords, newDevicesOf } from './week.ts'

/** Alerts and values that one recap lists at most: the rest is counted. */
const alertsMost = 200
const valuesMost = 60

export interface RecapTools {
  readonly store: Store
  readonly board: Board
  readonly words: WordsOf
  readonly isLearning: () => boolean
  readonly now: () => Date
}

/** The loop that makes the daily recap at a local time of day, and catches up after downtime. */
export function toRecapLoop(time: string, tools: RecapTools): Loop {
  return {
    name: 'recap',
    title: 'Daily recap',
    async run(turn) {
      turn.ok()
      const last = async () => (await tools.store.recaps.newest())?.to ?? tools.store.meta.createdAt
      for await (const _ of daily(time, { last, now: tools.now, stop: turn.stop })) {
        await makeRecap(tools)
        turn.ok({ count: 1 })
      }
    },
  }
}

/** Makes and saves a recap of what was since the one before (or since the beginning), two weeks at most. */
export async function makeRecap(tools: RecapTools): Promise<Recap> {
  const { store, board, words, isLearning, now } = tools
  const to = now()
  const before = await store.recaps.newest()
  const from = startOf(before?.to ?? store.meta.createdAt, to)
  const totals = await store.events.totals(from, to)
  const listed = await store.alerts.list({ since: from, limit: alertsMost })
  const alerts = await Promise.all(listed.map((alert) => store.alerts.view(alert, words)))
  const health = board.rows().filter(({ state }) => state !== 'off')
  const recap: Recap = {
    id: idOf(
      to,
      (await store.recaps.list(50)).map(({ id }) => id),
    ),
    at: to,
    from,
    to,
    alerts,
    newDevices: newDevicesOf(store.devices.list(), from, to),
    newDomains: totals.newDomains,
    values: valuesOf(totals, { store, hours: (to.getTime() - from.getTime()) / 3_600_000 }),
    health,
    learning: isLearning(),
    headline: headlineOf(alerts, health),
  }
  await store.recaps.save(recap)
  return recap
}

function startOf(before: Date, to: Date): Date {
  return new Date(Math.max(to.getTime() - 14 * 86_400_000, Math.min(before.getTime(), to.getTime())))
}

/** The local day; made again on the same day, with a counter. */
function idOf(at: Date, taken: readonly string[]): string {
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
  let id = day
  for (let copy = 2; taken.includes(id); copy += 1) id = `${day}.${copy}`
  return id
}

/** Values of the span beside the usual ones: a day's DNS figures scaled to a day, the newest reading of each sensor. */
function valuesOf(totals: Totals, { store, hours }: { store: Store; hours: number }): RecapValue[] {
  const values: RecapValue[] = []
  for (const { device, quantity, sensor, unit, value } of totals.readings) {
    const usual = store.baselines.get(device, `${quantity}/${sensor}`)?.median
    values.push({
      device: nameOf(device, store),
      subject: sensor,
      unit,
      value,
      ...(usual !== undefined && { usual }),
    })
  }
  for (const { device, queries, domains } of totals.byDevice) {
    const anHour = store.baselines.get(device, 'dns-queries')?.median
    const aDay = store.baselines.get(device, 'domains')?.median
    const name = nameOf(device, store)
    values.push({
      device: name,
      subject: 'DNS queries',
      unit: 'an hour',
      value: Math.round(queries / Math.max(hours, 1)),
      ...(anHour !== undefined && { usual: anHour }),
    })
    values.push({
      device: name,
      subject: 'domains',
      unit: 'a day',
      value: Math.round((domains * 24) / Math.max(hours, 24)),
      ...(aDay !== undefined && { usual: aDay }),
    })
  }
  return values.slice(0, valuesMost)
}

function nameOf(device: Parameters<Store['devices']['get']>[0], store: Store): string {
  return store.devices.get(device)?.name ?? device
}

/** `1 high, 1 medium and 2 low alerts; all sources well`: at most 255 characters. */
function headlineOf(alerts: Recap['alerts'], health: Recap['health']): string {
  const troubled = health.filter(
    ({ state, hasWorked }) =>
      state === 'failing' || state === 'blocked' || (state === 'waiting' && hasWorked),
  )
  const sources =
    troubled.length === 0 ? 'all sources well' : `${troubled.map(({ title }) => title).join(', ')} not well`
  return `${alertWords(alerts)}; ${sources}`.slice(0, 255)
}
