import type { FanRow, PeerRow, TransferRow, UnaskedRow } from '../core/connection-questions.ts'
import type { Window } from '../core/detector.ts'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import { isOnInternet, namesOf } from './asked-names.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Ports or machines below which a row of `fans` is nothing to look at. */
const fewest = 5
/**
 * From this port on a system gives ports away by itself (Linux's range, which holds the one of IANA): transfers open
 * one for each file. What begins there counts as answered until it is over; the kernel says so two minutes later.
 */
export const givenAway = 32_768
const mostPeers = 20

/** SQL: connections of the window by device; `outward`: the device is the one that began. */
const connections = `(SELECT *, address = originator AS outward, CASE WHEN address = originator THEN responder ELSE originator END AS peer
  FROM ${resolved(`(FROM connection WHERE ${inWindow})`)})`

/** Ports of UDP that a route is traced with (IANA lists them for traceroute), and those from which answers come: late, or to what was asked of everybody. */
const traced = '33434 AND 33534'
const answering = '53, 123, 137, 443, 1900, 3702, 5353'

/** Who began to talk to how many. Who has answered before is looked up only where so many have not now. */
export async function fans(database: Database, window: Window): Promise<FanRow[]> {
  const rows = await fansBeside(
    '(SELECT device, responder AS peer, responder_port AS port, protocol FROM connection LIMIT 0)',
  )
  const isDoubtful = ({ shape, outward, inside, strange }: FanRow) =>
    shape === 'machines' && outward && inside && strange >= fewest
  if (!rows.some(isDoubtful)) return rows
  return fansBeside(`(
    SELECT DISTINCT device, responder AS peer, responder_port AS port, protocol FROM ${resolved(`(
      FROM connection WHERE answered AND address = originator AND "at" < $from AND "at" >= $from - INTERVAL 7 DAY
        AND list_contains((SELECT list(DISTINCT peer) FROM sorted WHERE inside), responder))`)})`)

  /** `known`: `device, peer, port, protocol` of answers before. */
  async function fansBeside(known: string): Promise<FanRow[]> {
    const found = await database.rows(
      `WITH tries AS (
         SELECT device, outward, protocol, peer, responder_port AS port, bool_or(answered) AS answered,
           bool_and(protocol = 'udp' AND (responder_port BETWEEN ${traced}
             OR (originator_port IN (${answering}) AND (responder_port = originator_port OR responder_port >= ${givenAway})))) AS harmless,
           min("at") AS first, max("at") AS last
         FROM ${connections} GROUP BY ALL HAVING bool_or(state = 'begun')),
       ports AS (
         SELECT device, 'ports' AS shape, protocol, outward, peer, NULL AS port, count(*) AS many,
           count(*) FILTER (coalesce(tries.answered, tries.port >= ${givenAway})) AS answered,
           count(*) FILTER (NOT tries.answered) AS silent, min(first) AS first, max(last) AS last
         FROM tries WHERE port IS NOT NULL AND NOT coalesce(harmless, false) GROUP BY device, protocol, outward, peer),
       sorted AS MATERIALIZED (SELECT *, NOT ${isOnInternet('peer')} AS inside FROM tries WHERE NOT coalesce(harmless, false)),
       known AS MATERIALIZED (SELECT *, true AS is_known FROM ${known}),
       machines AS (
         SELECT device, 'machines' AS shape, protocol, outward, min(peer) AS peer, port, count(*) AS many,
           count(*) FILTER (answered) AS answered, count(*) FILTER (answered IS NOT true AND is_known IS NULL) AS strange,
           count(*) FILTER (NOT answered AND is_known IS NULL) AS silent, min(first) AS first, max(last) AS last, inside
         FROM sorted LEFT JOIN known USING (device, peer, port, protocol) GROUP BY device, protocol, outward, port, inside)
       SELECT *, many - answered AS strange, NOT ${isOnInternet('peer')} AS inside FROM ports WHERE many >= ${fewest}
       UNION ALL BY NAME SELECT * FROM machines WHERE many >= ${fewest}
       ORDER BY device, shape, many DESC`,
      windowValues(window),
    )
    return found.map(toFanRow)
  }
}

function toFanRow(row: Row): FanRow {
  return {
    device: toDeviceId(textOf(row, 'device')),
    shape: wordOf(row, 'shape'),
    protocol: textOf(row, 'protocol'),
    outward: booleanOf(row, 'outward'),
    peer: textOf(row, 'peer'),
    ...some('port', optional(row, 'port', numberOf)),
    inside: booleanOf(row, 'inside'),
    many: numberOf(row, 'many'),
    answered: numberOf(row, 'answered'),
    strange: numberOf(row, 'strange'),
    silent: numberOf(row, 'silent'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
  }
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
