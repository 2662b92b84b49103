import type { Window } from '../core/detector.ts'
import { toDeviceId } from '../core/device.ts'
import type { ContainerRow, ProcessRow } from '../core/watch-questions.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** How each process of the watch list is. */
export async function processes(database: Database, window: Window): Promise<ProcessRow[]> {
  const rows = await database.rows(newest('process', ''), windowValues(window))
  return rows.map((row) => ({ ...toWatched(row), state: wordOf(row, 'state') }))
}

/** How each container is. */
export async function containers(database: Database, window: Window): Promise<ContainerRow[]> {
  const columns = `, arg_max({v: image}, ("at", seq)).v AS image, arg_max({v: exit_code}, ("at", seq)).v AS exit_code,
    coalesce(sum(greatest(0, restarts - before)), 0)::DOUBLE AS restarts, arg_max({v: ordered}, ("at", seq)).v AS ordered`
  const rows = await database.rows(newest('container', columns), windowValues(window))
  return rows.map((row) => ({
    ...toWatched(row),
    state: wordOf(row, 'state'),
    ...some('image', optional(row, 'image', textOf)),
    restarts: numberOf(row, 'restarts'),
    ...some('exitCode', optional(row, 'exit_code', numberOf)),
    ordered: optional(row, 'ordered', booleanOf) ?? false,
  }))
}

/** Days of which it is known when it stopped, and seconds that one time of day may be off: summer time begins and ends. */
const habit = { days: 7, seconds: 4500 }

/**
 * SQL: of each device and name the newest row of the window, since when its state has been the same, and on how many
 * days before it had gone from running to that state at the same time of day.
 */
function newest(table: 'process' | 'container', columns: string): string {
  const before =
    table === 'container'
      ? ', lag(restarts) OVER (PARTITION BY device, name ORDER BY "at", seq) AS before'
      : ''
  return `WITH told AS (
      SELECT *, last_value(state) OVER (PARTITION BY device, name ORDER BY "at", seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS final ${before}
      FROM ${resolved(`(FROM ${table} WHERE ${inWindow})`)}),
    changed AS (SELECT *, max("at") FILTER (state <> final) OVER (PARTITION BY device, name) AS other FROM told),
    run AS (SELECT DISTINCT device, name FROM ${resolved(`(FROM ${table} WHERE seq <= $through AND "at" < $to AND state = 'running')`)}),
    newest AS MATERIALIZED (
      SELECT device, name, any_value(final) AS state, arg_max({v: reason}, ("at", seq)).v AS reason, max("at") AS "at",
        min("at") FILTER (other IS NULL OR "at" > other) AS since, bool_or(run.name IS NOT NULL) AS run ${columns}
      FROM changed LEFT JOIN run USING (device, name) GROUP BY device, name),
    turns AS (
      SELECT device, name, state, "at", lag(state) OVER (PARTITION BY device, name ORDER BY "at", seq) AS before
      FROM ${resolved(`(FROM ${table} WHERE seq <= $through AND "at" < $to AND "at" >= $from - to_days(${habit.days + 1}))`)}),
    apart AS (
      SELECT device, name, epoch(since) - epoch(turns."at") AS apart, round(apart / 86400) AS days
      FROM newest JOIN turns USING (device, name, state) WHERE before = 'running'),
    stops AS (
      SELECT device, name, count(DISTINCT days) AS stops FROM apart
      WHERE days BETWEEN 1 AND ${habit.days} AND abs(apart - 86400 * days) <= ${habit.seconds} GROUP BY device, name)
    SELECT newest.*, coalesce(stops, 0) AS stops FROM newest LEFT JOIN stops USING (device, name) ORDER BY device, name`
}

function toWatched(row: Row) {
  return {
    device: toDeviceId(textOf(row, 'device')),
    name: textOf(row, 'name'),
    ...some('reason', optional(row, 'reason', textOf)),
    at: dateOf(row, 'at'),
    since: dateOf(row, 'since'),
    hasRun: booleanOf(row, 'run'),
    stopsBefore: numberOf(row, 'stops'),
  }
}
