import type { LoopRow, ReadingRow, SourceRow, Window } from '../core/detector.ts'
import { toDeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { eventTables } from './kinds.ts'
import { dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** What each sensor measured. */
export async function readings(database: Database, window: Window): Promise<ReadingRow[]> {
  const rows = await database.rows(
    `SELECT device, quantity, sensor, arg_max(unit, seq) AS unit, count(*) AS count, avg(value) AS mean,
       min(value) AS min, max(value) AS max, arg_max(value, ("at", seq)) AS last, max("at") AS "at",
       arg_max("limit", ("at", seq)) AS "limit"
     FROM ${resolved(`(FROM reading WHERE ${inWindow})`)} GROUP BY device, quantity, sensor`,
    windowValues(window),
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    quantity: textOf(row, 'quantity'),
    sensor: textOf(row, 'sensor'),
    unit: textOf(row, 'unit'),
    count: numberOf(row, 'count'),
    mean: numberOf(row, 'mean'),
    min: numberOf(row, 'min'),
    max: numberOf(row, 'max'),
    last: numberOf(row, 'last'),
    lastAt: dateOf(row, 'at'),
    ...some('limit', optional(row, 'limit', numberOf)),
  }))
}

/** How each loop is doing at the window's end, by all health events up to then. */
export async function loops(database: Database, { to, through }: Window): Promise<LoopRow[]> {
  const rows = await database.rows(
    `WITH told AS (
       SELECT *, max(seq) FILTER (state = 'ok') OVER (PARTITION BY loop) AS ok
       FROM health WHERE "at" < $to AND seq <= $through AND NOT imported)
     SELECT loop, arg_max(state, seq) AS state, arg_max(coalesce(reason, ''), seq) AS reason, arg_max("at", seq) AS "at",
       min("at") FILTER (seq > ok) AS broken
     FROM told GROUP BY loop`,
    { to, through: Math.min(through, Number.MAX_SAFE_INTEGER) },
  )
  return rows.map((row) => {
    const reason = textOf(row, 'reason')
    return {
      loop: textOf(row, 'loop'),
      state: wordOf(row, 'state'),
      ...some('reason', reason === '' ? undefined : reason),
      at: dateOf(row, 'at'),
      brokenSince: optional(row, 'broken', dateOf),
    }
  })
}

/** When each source last spoke, and how long it usually is quiet. Events of the same second count as one; what we say of ourselves does not count. */
export async function lastSeen(database: Database, window: Window): Promise<SourceRow[]> {
  const seconds = eventTables
    .filter((table) => table !== 'health')
    .map(
      (table) =>
        `SELECT DISTINCT source, epoch_us("at") // 1000000 AS second FROM ${table} WHERE ${inWindow}`,
    )
  const rows = await database.rows(
    `WITH spoke AS (${seconds.join(' UNION ')}),
     gaps AS (SELECT source, second, second - lag(second) OVER (PARTITION BY source ORDER BY second) AS gap FROM spoke)
     SELECT source, make_timestamp(min(second) * 1000000) AS first, make_timestamp(max(second) * 1000000) AS last,
       count(*) AS count, median(gap) AS usual, max(gap) AS longest
     FROM gaps GROUP BY source`,
    windowValues(window),
  )
  return rows.map((row) => ({
    source: textOf(row, 'source'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
    ...some('usualGap', numberOf(row, 'count') < 3 ? undefined : optional(row, 'usual', numberOf)),
    ...some('longestGap', optional(row, 'longest', numberOf)),
  }))
}
