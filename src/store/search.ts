import { toDeviceId, type DeviceId } from '../core/device.ts'
import type { EventKind } from '../core/observation.ts'
import type { Database } from './database.ts'
import { eventKinds } from '../core/observation.ts'
import { kindOf } from './kinds.ts'
import { booleanOf, numberOf, textOf } from './rows.ts'
import type { Row } from './session.ts'
import type { Events, StoredEvent } from './store.ts'

/** Stored events as they are, newest first. */
export async function search(
  database: Database,
  resolve: (id: DeviceId) => DeviceId,
  ask: Parameters<Events['search']>[0],
): Promise<StoredEvent[]> {
  const found = await Promise.all(
    (ask.kinds ?? eventKinds).map(async (kind) =>
      (await rowsOf(database, kind, ask)).map((row) => toStoredEvent(kind, row, resolve)),
    ),
  )
  return found
    .flat()
    .sort((a, b) => b.seq - a.seq)
    .slice(0, ask.limit)
}

function rowsOf(database: Database, kind: EventKind, ask: Parameters<Events['search']>[0]): Promise<Row[]> {
  const { table, columns } = kindOf(kind)
  const texts = ['address', ...columns.map(({ name }) => name)].map(
    (name) => `contains("${name}"::VARCHAR, $text)`,
  )
  const conditions = [
    ask.since && '"at" >= $since',
    ask.until && '"at" < $until',
    ask.device && '(device = $device OR device IN (SELECT id FROM device_aliases WHERE device = $device))',
    ask.text && `(${texts.join(' OR ')})`,
    ask.before !== undefined && 'seq < $before',
  ].filter((condition) => typeof condition === 'string')
  const { since, until, device, text, before, limit } = ask
  const given = Object.entries({ since, until, device, text, before }).filter(([, value]) => value)
  return database.rows(
    `SELECT * FROM ${table} WHERE ${['true', ...conditions].join(' AND ')} ORDER BY seq DESC LIMIT $limit`,
    { ...Object.fromEntries(given), limit },
  )
}

function toStoredEvent(kind: EventKind, row: Row, resolve: (id: DeviceId) => DeviceId): StoredEvent {
  return {
    seq: numberOf(row, 'seq'),
    source: textOf(row, 'source'),
    imported: booleanOf(row, 'imported'),
    event: { ...kindOf(kind).toObservation(row), device: resolve(toDeviceId(textOf(row, 'device'))) },
  }
}
