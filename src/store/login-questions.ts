import { isIPv4 } from 'node:net'
import { normalAddress } from '../core/address.ts'
import type { Window } from '../core/detector.ts'
import { toDeviceId } from '../core/device.ts'
import type { AttemptRow, NewOriginRow } from '../core/login-questions.ts'
import { toNumber } from './addresses.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, textOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** SQL: it came from at home; `address` is the address whose doing it is. */
const inside = '(origin IS NULL OR origin IS NOT DISTINCT FROM address)'

/** SQL: nobody guesses a key; `none`: nothing else was tried. */
const isKey = "(method IS NOT DISTINCT FROM 'none' AND NOT coalesce(unknown_user, false))"

/** Who tried to log in where. */
export async function attempts(database: Database, window: Window): Promise<AttemptRow[]> {
  const rows = await database.rows(
    `WITH tries AS (
       SELECT *, ${inside} AS inside, CASE outcome WHEN 'failure' THEN coalesce(times, 1) ELSE 0 END AS wrong
       FROM ${resolved(`(FROM auth_attempt WHERE ${inWindow})`)}),
     counted AS (SELECT *, sum(wrong) FILTER (NOT ${isKey}) OVER (PARTITION BY device, origin, host, service ORDER BY "at", seq) AS failed FROM tries),
     rounds AS (
       SELECT *, outcome = 'success' AND failed > 0 AS entered, failed - coalesce(max(failed) FILTER (outcome = 'success') OVER (
         PARTITION BY device, origin, host, service ORDER BY "at", seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS since
       FROM counted)
     SELECT device, origin, host, service, bool_and(inside) AS inside, sum(wrong) AS failures,
       coalesce(sum(wrong) FILTER (${isKey}), 0) AS keys,
       count(DISTINCT account) FILTER (wrong > 0) AS users, count(DISTINCT account) FILTER (unknown_user) AS unknown_users,
       mode(account) FILTER (wrong > 0) AS account, min("at") FILTER (wrong > 0) AS first, max("at") FILTER (wrong > 0) AS last,
       count(*) FILTER (outcome = 'success') AS successes, max(since) FILTER (entered) AS since,
       arg_max("at", since) FILTER (entered) AS entered_at, arg_max(account, since) FILTER (entered) AS entered_as
     FROM rounds GROUP BY device, origin, host, service ORDER BY device, origin, host, service`,
    windowValues(window),
  )
  return rows.map(toAttemptRow)
}

function toAttemptRow(row: Row): AttemptRow {
  const at = optional(row, 'entered_at', dateOf)
  return {
    ...toPlace(row),
    from: optional(row, 'origin', textOf),
    failures: numberOf(row, 'failures'),
    keys: numberOf(row, 'keys'),
    users: numberOf(row, 'users'),
    unknownUsers: numberOf(row, 'unknown_users'),
    user: optional(row, 'account', textOf),
    firstFailure: optional(row, 'first', dateOf),
    lastFailure: optional(row, 'last', dateOf),
    successes: numberOf(row, 'successes'),
    entered: at && { at, user: textOf(row, 'entered_as'), failures: numberOf(row, 'since') },
  }
}

function toPlace(row: Row) {
  return {
    device: toDeviceId(textOf(row, 'device')),
    inside: booleanOf(row, 'inside'),
    host: optional(row, 'host', textOf),
    service: textOf(row, 'service'),
  }
}

/** Origins that are looked at: the newest. */
const mostOrigins = 20_000

/**
 * Logins from where that user had never come in to that machine before. At home a place is a device, whatever its
 * address; elsewhere it is a network (IPv4 /24, IPv6 /64), since addresses of the same provider change.
 */
export async function newOrigins(database: Database, window: Window): Promise<NewOriginRow[]> {
  const [fresh] = await database.rows(
    `SELECT 1 FROM auth_attempt WHERE ${inWindow} AND outcome = 'success' AND origin IS NOT NULL LIMIT 1`,
    windowValues(window),
  )
  if (!fresh) return []
  const rows = await database.rows(
    `SELECT device, origin, host, account, service, bool_and(${inside}) AS inside, arg_min(method, ("at", seq)) AS method, min("at") AS "at",
       arg_min(seq, ("at", seq)) AS seq, arg_min(imported, ("at", seq)) AS imported
     FROM ${resolved('(FROM auth_attempt WHERE seq <= $through AND "at" < $to AND outcome = \'success\' AND origin IS NOT NULL)')}
     GROUP BY device, origin, host, account, service ORDER BY "at" DESC, seq DESC LIMIT ${mostOrigins}`,
    { through: Math.min(window.through, Number.MAX_SAFE_INTEGER), to: window.to },
  )
  const found: NewOriginRow[] = []
  const known = new Map<string, { places: Set<string>; since: Date }>()
  for (const row of rows.toReversed()) {
    const login = toLogin(row)
    const door = JSON.stringify([login.user, login.host, login.service])
    const before = known.get(door) ?? { places: new Set(), since: login.at }
    known.set(door, before)
    const place = login.inside ? login.device : networkOf(login.from)
    const isNew = !before.places.has(place)
    if (isNew && isIn(row, window)) found.push({ ...login, places: before.places.size, since: before.since })
    before.places.add(place)
  }
  return found
}

function toLogin(row: Row) {
  return {
    ...toPlace(row),
    from: textOf(row, 'origin'),
    user: textOf(row, 'account'),
    method: optional(row, 'method', textOf),
    at: dateOf(row, 'at'),
  }
}

function isIn(row: Row, { from, after, imported }: Window): boolean {
  return (
    dateOf(row, 'at') >= from && numberOf(row, 'seq') > after && (imported || !booleanOf(row, 'imported'))
  )
}

/** The first 24 bits of an IPv4 address, 64 of an IPv6 address; a name is its own network. */
function networkOf(origin: string): string {
  const address = normalAddress(origin)
  if (address === undefined) return origin
  return String(toNumber(address) >> (isIPv4(address) ? 8n : 64n))
}
