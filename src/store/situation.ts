import { thisMachine } from '../core/device.ts'
import { longestRound, type LastLogin, type Link, type Situation, type Trouble } from '../core/situation.ts'
import type { Database } from './database.ts'
import { dateOf, numberOf, optional, some, textOf } from './rows.ts'
import { resolved } from './window.ts'

/** Seconds after which a link, a process or a container that nobody looks at any more is not shown. */
const longestSilence = 7200
/** Seconds that the look at one device's ports may take: what was found by one look lies that close together. */
const longestLook = 3600

/** How things stand at `now`; `from` is when today began. Events that are dated later do not count. */
export async function situation(database: Database, from: Date, now: Date): Promise<Situation> {
  const [logins, links, connections, scans, processes, containers] = await Promise.all([
    loginsOf(database, from, now),
    linksOf(database, now),
    connectionsOf(database, now),
    scansOf(database, now),
    troublesOf(database, 'process', now),
    troublesOf(database, 'container', now),
  ])
  return {
    ...logins,
    links,
    ...some('connections', connections),
    ...scans,
    ...some('processes', processes),
    ...some('containers', containers),
  }
}

async function loginsOf(
  database: Database,
  from: Date,
  now: Date,
): Promise<Pick<Situation, 'failedLoginsToday' | 'lastLogin'>> {
  const [failed] = await database.rows(
    `SELECT coalesce(sum(coalesce(times, 1)) FILTER (outcome = 'failure' AND "at" >= $from), 0)::DOUBLE AS failures
     FROM auth_attempt WHERE "at" < $now HAVING count(*) > 0`,
    { from, now },
  )
  if (!failed) return {}
  // A machine becomes root by itself all day long: that is no login.
  const [last] = await database.rows(
    `SELECT "at", account, service, origin, host FROM auth_attempt
     WHERE outcome = 'success' AND service NOT IN ('sudo', 'su', 'cron') AND "at" < $now ORDER BY "at" DESC, seq DESC LIMIT 1`,
    { now },
  )
  const lastLogin: LastLogin | undefined = last && {
    at: dateOf(last, 'at'),
    user: textOf(last, 'account'),
    service: textOf(last, 'service'),
    ...some('from', optional(last, 'origin', textOf)),
    ...some('host', optional(last, 'host', textOf)),
  }
  return { failedLoginsToday: numberOf(failed, 'failures'), ...some('lastLogin', lastLogin) }
}

async function linksOf(database: Database, now: Date): Promise<Link[]> {
  const rows = await database.rows(
    `SELECT sensor, arg_max(value, seq) FILTER (quantity = 'rtt') AS rtt, arg_max(value, seq) FILTER (quantity = 'loss') AS loss,
       max("at") FILTER (quantity = 'rtt') AS answered, max("at") AS "at"
     FROM reading WHERE quantity IN ('rtt', 'loss') AND device = $device AND "at" < $now AND "at" >= $now - to_seconds($silence)
     GROUP BY sensor ORDER BY sensor <> 'gateway', sensor`,
    { device: thisMachine, now, silence: longestSilence },
  )
  return rows.map((row) => {
    const at = dateOf(row, 'at')
    // A round trip of before is not the one of now, when nothing has come back since.
    const isAnswered = optional(row, 'answered', dateOf)?.getTime() === at.getTime()
    return {
      target: textOf(row, 'sensor'),
      ...some('rtt', isAnswered ? optional(row, 'rtt', numberOf) : undefined),
      ...some('loss', optional(row, 'loss', numberOf)),
      at,
    }
  })
}

async function connectionsOf(database: Database, now: Date): Promise<number | undefined> {
  const [row] = await database.rows(
    `SELECT count(*) FILTER (state <> 'ended') AS open FROM (
       SELECT arg_max(state, seq) AS state FROM connection
       WHERE "at" < $now AND "at" >= $now - to_seconds($unseen) GROUP BY source, flow)
     HAVING count(*) > 0`,
    { now, unseen: 2 * longestRound },
  )
  return row && numberOf(row, 'open')
}

async function scansOf(database: Database, now: Date): Promise<Pick<Situation, 'openPorts' | 'lastScan'>> {
  const [scan] = await database.rows('SELECT max("at") AS "at" FROM host_scan WHERE "at" < $now', { now })
  const lastScan = scan && optional(scan, 'at', dateOf)
  if (!lastScan) return {}
  const [ports] = await database.rows(
    `WITH looks AS (
       SELECT device, max("at") AS "at" FROM ${resolved('host_scan')}
       WHERE ports IS NOT NULL AND "at" < $now GROUP BY device)
     SELECT count(*) AS looks, (
       SELECT count(*) FROM (
         SELECT DISTINCT service.device, protocol, port FROM ${resolved('service')} service JOIN looks USING (device)
         WHERE service."at" BETWEEN looks."at" - to_seconds($look) AND looks."at")) AS open
     FROM looks HAVING count(*) > 0`,
    { now, look: longestLook },
  )
  return { lastScan, ...some('openPorts', ports && numberOf(ports, 'open')) }
}

/** Those that are not well; undefined when nobody watches any. */
async function troublesOf(
  database: Database,
  table: 'process' | 'container',
  now: Date,
): Promise<Trouble[] | undefined> {
  const rows = await database.rows(
    `SELECT name, arg_max(state, seq) AS state, arg_max({r: reason}, seq).r AS reason FROM ${table}
     WHERE "at" < $now AND "at" >= $now - to_seconds($silence) GROUP BY device, name ORDER BY name`,
    { now, silence: longestSilence },
  )
  if (rows.length === 0) return undefined
  return rows
    .map((row) => ({
      name: textOf(row, 'name'),
      state: textOf(row, 'state'),
      ...some('reason', optional(row, 'reason', textOf)),
    }))
    .filter(({ state }) => state !== 'running' && state !== 'paused')
}
