import { toDeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { eventKinds } from '../core/observation.ts'
import { kindOf } from './kinds.ts'
import { dateOf, numberOf, optional, some, textOf } from './rows.ts'
import type { KindStats, Totals } from './store.ts'
import { resolved } from './window.ts'

/** How much is stored of each kind. */
export async function stats(database: Database): Promise<KindStats[]> {
  return Promise.all(
    eventKinds.map(async (kind) => {
      const [row = {}] = await database.rows(
        `SELECT count(*) AS count, min("at") AS oldest, max("at") AS newest FROM ${kindOf(kind).table}`,
      )
      return {
        kind,
        rows: numberOf(row, 'count'),
        ...some('oldest', optional(row, 'oldest', dateOf)),
        ...some('newest', optional(row, 'newest', dateOf)),
      }
    }),
  )
}

const inSpan = '"at" >= $from AND "at" < $to'

/** The numbers of a span of time; what was imported counts, but its domains and devices are not news. */
export async function totals(database: Database, from: Date, to: Date): Promise<Totals> {
  const span = { from, to }
  const [byDevice, newDevices, readings] = await Promise.all([
    database.rows(
      `WITH asked AS (
         SELECT device, sum(count) AS queries, count(DISTINCT domain) AS domains
         FROM ${resolved(`(SELECT device, domain, count(*) AS count FROM dns_query WHERE ${inSpan} GROUP BY ALL)`)}
         GROUP BY device),
       firsts AS (
         SELECT device, domain, arg_min("at", seq) AS "at", arg_min(imported, seq) AS imported
         FROM ${resolved('domain_first')} GROUP BY device, domain),
       fresh AS (SELECT device, count(*) AS fresh FROM firsts WHERE ${inSpan} AND NOT imported GROUP BY device)
       SELECT device, queries, domains, coalesce(fresh, 0) AS fresh FROM asked LEFT JOIN fresh USING (device)
       ORDER BY queries DESC, device`,
      span,
    ),
    database.rows(
      'SELECT count(*) AS count FROM devices WHERE first_seen >= $from AND first_seen < $to',
      span,
    ),
    database.rows(
      `SELECT device, quantity, sensor, arg_max(unit, ("at", seq)) AS unit, arg_max(value, ("at", seq)) AS value, max("at") AS "at"
       FROM ${resolved(`(FROM reading WHERE ${inSpan})`)} GROUP BY device, quantity, sensor ORDER BY device, quantity, sensor`,
      span,
    ),
  ])
  const devices = byDevice.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    queries: numberOf(row, 'queries'),
    domains: numberOf(row, 'domains'),
    newDomains: numberOf(row, 'fresh'),
  }))
  return {
    dnsQueries: devices.reduce((sum, { queries }) => sum + queries, 0),
    newDomains: devices.reduce((sum, { newDomains }) => sum + newDomains, 0),
    newDevices: newDevices[0] ? numberOf(newDevices[0], 'count') : 0,
    readings: readings.map((row) => ({
      device: toDeviceId(textOf(row, 'device')),
      quantity: textOf(row, 'quantity'),
      sensor: textOf(row, 'sensor'),
      unit: textOf(row, 'unit'),
      value: numberOf(row, 'value'),
      at: dateOf(row, 'at'),
    })),
    byDevice: devices,
  }
}
