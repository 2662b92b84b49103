import type { Window } from '../core/detector.ts'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { eventTables } from './kinds.ts'
import { numberOf, textOf } from './rows.ts'
import type { PeriodCounts } from './store.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** What happened in a window, beside what detectors ask. */
export async function periodCounts(database: Database, window: Window): Promise<PeriodCounts> {
  const values = windowValues(window)
  const [connections, queries, ports] = await Promise.all([
    database.rows(
      `SELECT device, count(DISTINCT (source, flow)) AS count FROM ${resolved(`(FROM connection WHERE ${inWindow})`)}
       GROUP BY device ORDER BY count DESC, device`,
      values,
    ),
    database.rows(
      `SELECT device, count(*) AS count FROM ${resolved(`(FROM dns_query WHERE ${inWindow})`)}
       GROUP BY device ORDER BY count DESC, device`,
      values,
    ),
    // The first look at a device's ports finds all of them: they are not new.
    database.rows(
      `WITH all_ports AS (SELECT device, protocol, port::INTEGER AS port, ${inWindow} AS here FROM ${resolved('service')}),
       looked AS (SELECT DISTINCT device FROM all_ports WHERE NOT here
         UNION SELECT DISTINCT device FROM ${resolved('host_scan')} WHERE ports IS NOT NULL AND (seq <= $after OR "at" < $from))
       SELECT device, protocol, port FROM all_ports SEMI JOIN looked USING (device)
       GROUP BY device, protocol, port HAVING bool_and(here) ORDER BY device, protocol, port`,
      values,
    ),
  ])
  const toCount = (row: (typeof queries)[number]) => ({
    device: toDeviceId(textOf(row, 'device')),
    count: numberOf(row, 'count'),
  })
  return {
    connections: connections.map(toCount),
    queries: queries.map(toCount),
    newPorts: ports.map((row) => ({
      device: toDeviceId(textOf(row, 'device')),
      port: `${textOf(row, 'protocol')}/${numberOf(row, 'port')}`,
    })),
  }
}

/** The loops that collected something about a device in a span of time. */
export async function sourcesOf(
  database: Database,
  device: DeviceId,
  { from, to }: { from: Date; to: Date },
): Promise<string[]> {
  const each = eventTables
    .filter((table) => table !== 'health')
    .map(
      (table) =>
        `SELECT source FROM ${resolved(`(SELECT DISTINCT device, source FROM ${table} WHERE "at" >= $from AND "at" < $to)`)} WHERE device = $device`,
    )
  const rows = await database.rows(`${each.join(' UNION ')} ORDER BY source`, { device, from, to })
  return rows.map((row) => textOf(row, 'source'))
}
