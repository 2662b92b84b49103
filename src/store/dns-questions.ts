import type { DomainRow, NewDomainRow, Window } from '../core/detector.ts'
import { toDeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { dateOf, numberOf, textOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** The registrable domains that were asked for. */
export async function domainNames(database: Database, window: Window): Promise<string[]> {
  const rows = await database.rows(
    `SELECT DISTINCT domain FROM dns_query WHERE ${inWindow}`,
    windowValues(window),
  )
  return rows.map((row) => textOf(row, 'domain'))
}

/** What each device asked for, by registrable domain: of all domains, or of `among` and those that do not exist. */
export async function domains(
  database: Database,
  window: Window,
  among?: readonly string[],
): Promise<DomainRow[]> {
  const rows = await database.rows(
    `WITH asked AS (
       SELECT device, domain, qname, sum(count) AS count, min(first) AS first, max(last) AS last
       FROM ${resolved(`(
         SELECT device, domain, qname, count(*) AS count, min("at") AS first, max("at") AS last
         FROM dns_query WHERE ${inWindow} GROUP BY ALL)`)}
       GROUP BY ALL),
     refused AS (
       SELECT qname, bool_or(rcode = 'NXDOMAIN') AS nxdomain, bool_or(origin = 'blocked') AS blocked
       FROM dns_answer WHERE ${inWindow} AND (rcode = 'NXDOMAIN' OR origin = 'blocked') GROUP BY qname)
     SELECT device, domain, arg_max(qname, count) AS qname, count(*) AS names, sum(count) AS queries,
       count(*) FILTER (nxdomain) AS nxdomain, count(*) FILTER (blocked) AS blocked,
       min(first) AS first, max(last) AS last
     FROM asked LEFT JOIN refused USING (qname) GROUP BY device, domain
     ${among ? `HAVING domain IN (SELECT unnest($among)) OR ${noneExists}` : ''}`,
    { ...windowValues(window), ...(among && { among }) },
  )
  return rows.map(toDomainRow)
}

/** SQL: of the names of a domain none exists, and that is not a blocker's answer. */
const noneExists = '(count(*) FILTER (nxdomain) = count(*) AND count(*) FILTER (blocked) = 0)'

function toDomainRow(row: Row): DomainRow {
  return {
    device: toDeviceId(textOf(row, 'device')),
    domain: textOf(row, 'domain'),
    qname: textOf(row, 'qname'),
    names: numberOf(row, 'names'),
    queries: numberOf(row, 'queries'),
    nxdomain: numberOf(row, 'nxdomain'),
    blocked: numberOf(row, 'blocked'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
  }
}

/**
 * Domains that a device had never asked for before. A pair is noted when it is first saved, and noted again at times:
 * the note with the least number counts. Most windows hold no note at all, and in a new house every note is one of a
 * device that is hardly known: then that is all there is to do.
 */
export async function newDomains(
  database: Database,
  window: Window,
  knownSeconds: number,
): Promise<NewDomainRow[]> {
  const values = { ...windowValues(window), knownSeconds }
  const [noted] = await database.rows(
    `SELECT 1 FROM domain_first WHERE ${inWindow} AND (SELECT min("at") FROM domain_first) <= $to - to_seconds($knownSeconds) LIMIT 1`,
    values,
  )
  if (!noted) return []
  const rows = await database.rows(
    `WITH notes AS (FROM ${resolved('domain_first')}),
     since AS (SELECT device, min("at") AS since FROM notes GROUP BY device),
     recent AS (
       SELECT window_notes.*, since FROM ${resolved(`(FROM domain_first WHERE ${inWindow})`)} window_notes
       JOIN since USING (device) WHERE window_notes."at" - to_seconds($knownSeconds) >= since),
     firsts AS (
       SELECT device, domain, arg_min(qname, seq) AS qname, arg_min("at", seq) AS "at", min(seq) AS seq, any_value(since) AS since
       FROM recent GROUP BY device, domain),
     fresh AS (
       SELECT * FROM firsts WHERE NOT EXISTS (
         FROM notes WHERE notes.device = firsts.device AND notes.domain = firsts.domain AND notes.seq < firsts.seq)),
     others AS (
       SELECT fresh.device, fresh.domain, count(DISTINCT notes.device) AS others FROM fresh
       JOIN notes ON notes.domain = fresh.domain AND notes.device <> fresh.device AND notes."at" < fresh."at"
       GROUP BY ALL)
     SELECT fresh.*, coalesce(others, 0) AS others FROM fresh
     LEFT JOIN others USING (device, domain) ORDER BY fresh."at", fresh.seq`,
    values,
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    domain: textOf(row, 'domain'),
    qname: textOf(row, 'qname'),
    at: dateOf(row, 'at'),
    others: numberOf(row, 'others'),
    deviceSince: dateOf(row, 'since'),
  }))
}
