import type { FanRow, PeerRow, TransferRow, UnaskedRow } from '../core/connection-questions.ts'
import type { Window } from '../core/detector.ts'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import { isOnInternet, namesOf } from './asked-names.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Ports or machines below which a row of `fans` is nothing to look at. */
const fewest = 5
/**
 * From this port on a system gives ports away by itself (Linux's range, which holds the one of IANA): transfers open
 * one for each file. What begins there counts as answered until it is over; the kernel says so two minutes later.
 */
const givenAway = 32_768
const mostPeers = 20

/** SQL: connections of the window by device; `outward`: the device is the one that began. */
const connections = `(SELECT *, address = originator AS outward, CASE WHEN address = originator THEN responder ELSE originator END AS peer
  FROM ${resolved(`(FROM connection WHERE ${inWindow})`)})`

/** Who began to talk to how many. */
export async function fans(database: Database, window: Window): Promise<FanRow[]> {
  const rows = await database.rows(
    `WITH tries AS (
       SELECT device, outward, protocol, peer, responder_port AS port, bool_or(answered) AS answered,
         min("at") AS first, max("at") AS last
       FROM ${connections} GROUP BY ALL HAVING bool_or(state = 'begun')),
     ports AS (
       SELECT device, 'ports' AS shape, protocol, outward, peer, NULL AS port, count(*) AS many,
         count(*) FILTER (coalesce(tries.answered, tries.port >= ${givenAway})) AS answered, min(first) AS first, max(last) AS last
       FROM tries WHERE port IS NOT NULL GROUP BY device, protocol, outward, peer),
     sorted AS (SELECT *, NOT ${isOnInternet('peer')} AS inside FROM tries),
     machines AS (
       SELECT device, 'machines' AS shape, protocol, outward, min(peer) AS peer, port, count(*) AS many,
         count(*) FILTER (answered) AS answered, min(first) AS first, max(last) AS last, inside
       FROM sorted GROUP BY device, protocol, outward, port, inside)
     SELECT *, NOT ${isOnInternet('peer')} AS inside FROM ports WHERE many >= ${fewest}
     UNION ALL BY NAME SELECT * FROM machines WHERE many >= ${fewest}
     ORDER BY device, shape, many DESC`,
    windowValues(window),
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    shape: wordOf(row, 'shape'),
    protocol: textOf(row, 'protocol'),
    outward: booleanOf(row, 'outward'),
    peer: textOf(row, 'peer'),
    ...some('port', optional(row, 'port', numberOf)),
    inside: booleanOf(row, 'inside'),
    many: numberOf(row, 'many'),
    answered: numberOf(row, 'answered'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
  }))
}

/** What each device has sent to the internet, of those that sent so many bytes. */
export async function transfers(database: Database, window: Window, least: number): Promise<TransferRow[]> {
  const rows = await database.rows(
    `WITH sent AS MATERIALIZED (
       SELECT device, peer, sum(CASE WHEN outward THEN bytes_out ELSE bytes_in END) AS bytes_out,
         sum(CASE WHEN outward THEN bytes_in ELSE bytes_out END) AS bytes_in, min("at") AS first, max("at") AS last
       FROM ${connections} WHERE bytes_out IS NOT NULL AND ${isOnInternet('peer')} GROUP BY device, peer),
     total AS (
       SELECT device, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in, arg_max(peer, bytes_out) AS peer,
         max(bytes_out) AS peer_bytes, count(*) AS peers, arg_max(first, bytes_out) AS first, max(last) AS last
       FROM sent GROUP BY device HAVING sum(bytes_out) >= $least)
     SELECT total.*, name FROM total LEFT JOIN ${namesOf('total')} USING (device, peer) ORDER BY bytes_out DESC`,
    { ...windowValues(window), least },
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    bytesOut: numberOf(row, 'bytes_out'),
    bytesIn: numberOf(row, 'bytes_in'),
    peer: textOf(row, 'peer'),
    peerBytes: numberOf(row, 'peer_bytes'),
    ...some('name', optional(row, 'name', textOf)),
    peers: numberOf(row, 'peers'),
    last: dateOf(row, 'last'),
  }))
}

/** Public addresses that no answer to a name had given to anybody of this house. */
export async function unasked(database: Database, window: Window): Promise<UnaskedRow[]> {
  const rows = await database.rows(
    `WITH begun AS MATERIALIZED (
       SELECT device, peer, responder_port AS port, protocol, count(*) FILTER (state <> 'ended') AS count,
         coalesce(bool_or(answered), false) AS answered, min("at") AS first, max("at") AS last
       FROM ${connections} WHERE outward AND ${isOnInternet('peer')} GROUP BY ALL),
     given AS (
       SELECT DISTINCT answer FROM dns_answer WHERE list_contains((SELECT list(DISTINCT peer) FROM begun), answer)
         AND "at" < $to + INTERVAL 5 SECOND AND "at" >= $from - INTERVAL 2 DAY),
     strange AS MATERIALIZED (FROM begun WHERE peer NOT IN (FROM given)),
     earlier AS MATERIALIZED (
       SELECT DISTINCT device, responder FROM ${resolved(`(
         FROM connection WHERE list_contains((SELECT list(DISTINCT peer) FROM strange), responder) AND "at" < $from AND "at" >= $from - INTERVAL 7 DAY)`)}),
     asking AS MATERIALIZED (
       SELECT device, count(DISTINCT qname) AS asked FROM ${resolved(`(
         FROM dns_query WHERE "at" >= $from - INTERVAL 1 DAY AND "at" < $to AND EXISTS (FROM strange))`)}
       WHERE device IN (SELECT device FROM strange) GROUP BY device)
     SELECT strange.*, (device, peer) IN (FROM earlier) AS known_before, coalesce(asked, 0) AS asked,
       (SELECT min("at") FROM ${resolved('domain_first')} named WHERE named.device = strange.device) AS asked_since
     FROM strange LEFT JOIN asking USING (device) ORDER BY first`,
    windowValues(window),
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    peer: textOf(row, 'peer'),
    ...some('port', optional(row, 'port', numberOf)),
    protocol: textOf(row, 'protocol'),
    count: Math.max(1, numberOf(row, 'count')),
    answered: booleanOf(row, 'answered'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
    knownBefore: booleanOf(row, 'known_before'),
    asked: numberOf(row, 'asked'),
    ...some('askedSince', optional(row, 'asked_since', dateOf)),
  }))
}

/** Whom a device talked to. */
export async function peers(database: Database, window: Window, device: DeviceId): Promise<PeerRow[]> {
  const rows = await database.rows(
    `WITH talks AS MATERIALIZED (
       SELECT device, peer, responder_port AS port, protocol, outward, count(DISTINCT (source, flow)) AS count,
         sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in, min("at") AS first, max("at") AS last
       FROM ${connections} WHERE device = $device GROUP BY ALL ORDER BY bytes_out DESC NULLS LAST, count DESC LIMIT ${mostPeers})
     SELECT talks.*, name FROM talks LEFT JOIN ${namesOf('talks')} USING (device, peer)
     ORDER BY bytes_out DESC NULLS LAST, count DESC, peer`,
    { ...windowValues(window), device },
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    peer: textOf(row, 'peer'),
    ...some('port', optional(row, 'port', numberOf)),
    protocol: textOf(row, 'protocol'),
    outward: booleanOf(row, 'outward'),
    ...some('name', optional(row, 'name', textOf)),
    count: numberOf(row, 'count'),
    ...some('bytesOut', optional(row, 'bytes_out', numberOf)),
    ...some('bytesIn', optional(row, 'bytes_in', numberOf)),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
  }))
}
