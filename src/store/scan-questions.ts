import type { Window } from '../core/detector.ts'
import { thisMachine, toDeviceId } from '../core/device.ts'
import type { NewDeviceRow, ServiceRow } from '../core/scan-questions.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Days after which a port that was open once counts as never open. */
const memory = 30

/** The ports found open in the window. */
export async function services(database: Database, window: Window): Promise<ServiceRow[]> {
  return (await rowsOf(database, window)).map(toServiceRow)
}

/** The ports that an earlier scan of the same device asked for and did not find, and that were never found open there before. */
export async function newServices(database: Database, window: Window): Promise<ServiceRow[]> {
  const rows = await rowsOf(database, window)
  return rows.filter((row) => !booleanOf(row, 'ever') && wasAsked(row)).map(toServiceRow)
}

async function rowsOf(database: Database, window: Window): Promise<Row[]> {
  return database.rows(
    `WITH found AS (
       SELECT device, protocol, port, arg_max({v: service}, ("at", seq)).v AS service, arg_max({v: product}, ("at", seq)).v AS product,
         arg_max({v: version}, ("at", seq)).v AS version, min("at") AS first, max("at") AS last
       FROM ${resolved(`(FROM service WHERE ${inWindow})`)} GROUP BY device, protocol, port),
     earlier AS (
       SELECT device, protocol, port, "at" FROM ${resolved('(FROM service WHERE seq <= $through AND "at" < $to)')}),
     looks AS (
       SELECT device, ports, open, "at" FROM ${resolved('(FROM host_scan WHERE seq <= $through AND "at" < $to AND ports IS NOT NULL)')})
     SELECT *,
       EXISTS (FROM earlier WHERE earlier.device = found.device AND earlier.protocol = found.protocol
         AND earlier.port = found.port AND earlier."at" < first) AS ever,
       EXISTS (FROM earlier WHERE earlier.device = found.device AND earlier.protocol = found.protocol
         AND earlier.port = found.port AND earlier."at" < first AND earlier."at" >= first - to_days(${memory})) AS was_open,
       (SELECT string_agg(DISTINCT ports, ',') FROM looks WHERE looks.device = found.device AND looks."at" < first) AS asked,
       (SELECT arg_max(open, "at") = 0 FROM looks WHERE looks.device = found.device AND looks."at" < first) AS was_shut
     FROM found ORDER BY device, protocol, port`,
    windowValues(window),
  )
}

/** Whether an earlier scan of the device looked at this port. */
function wasAsked(row: Row): boolean {
  const port = numberOf(row, 'port')
  const asked = optional(row, 'asked', textOf) ?? ''
  return asked.split(',').some((part) => {
    const [first, last = first] = part.split('-')
    return part !== '' && Number(first) <= port && port <= Number(last)
  })
}

function toServiceRow(row: Row): ServiceRow {
  return {
    device: toDeviceId(textOf(row, 'device')),
    protocol: wordOf(row, 'protocol'),
    port: numberOf(row, 'port'),
    ...some('service', optional(row, 'service', textOf)),
    ...some('product', optional(row, 'product', textOf)),
    ...some('version', optional(row, 'version', textOf)),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
    wasOpen: booleanOf(row, 'was_open'),
    wasShut: optional(row, 'was_shut', booleanOf) ?? false,
  }
}

/** Devices first seen in the window. */
export async function newDevices(database: Database, { from, to }: Window): Promise<NewDeviceRow[]> {
  const rows = await database.rows(
    `SELECT id, first_seen, provisional, (SELECT min(first_seen) FROM devices) AS since,
       (SELECT string_agg(DISTINCT source, ',' ORDER BY source) FROM ${resolved('presence')} WHERE device = devices.id) AS sources
     FROM devices WHERE first_seen >= $from AND first_seen < $to AND id <> $self ORDER BY first_seen, id LIMIT 1000`,
    { from, to, self: thisMachine },
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'id')),
    at: dateOf(row, 'first_seen'),
    provisional: booleanOf(row, 'provisional'),
    houseSince: dateOf(row, 'since'),
    sources: (optional(row, 'sources', textOf) ?? '').split(',').filter((source) => source !== ''),
  }))
}
