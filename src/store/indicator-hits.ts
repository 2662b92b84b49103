import type { IndicatorHit, Window } from '../core/detector.ts'
import { thisMachine, toDeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { listedAddresses, listedNames, type Listed, type Lists } from './listed.ts'
import { booleanOf, dateOf, numberOf, textOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Seconds between a question and its answer, at most. */
const answerWait = 30
/** Rows of answers that one chain of CNAMEs may take. */
const longestChain = 16

/** Names asked for and addresses answered that stand on a list. Most windows hold none: then the names are all that is looked at. */
export async function indicatorHits(lists: Lists, window: Window): Promise<IndicatorHit[]> {
  const { database } = lists
  const [named, addressed] = await Promise.all([namesListed(lists, window), addressesListed(lists, window)])
  return [
    ...(named.size > 0 ? await whoAsked(database, window, named) : []),
    ...(addressed.size > 0 ? await whoWasAnswered(database, window, addressed) : []),
  ]
}

/** The window's names that stand on a list, themselves or by a parent. */
async function namesListed(lists: Lists, window: Window): Promise<Listed> {
  const rows = await lists.database.rows(
    `SELECT DISTINCT qname AS seen FROM dns_query WHERE ${inWindow}`,
    windowValues(window),
  )
  return listedNames(
    lists,
    rows.map((row) => textOf(row, 'seen')),
  )
}

/** The window's answers that stand on a list, themselves or by a network. */
async function addressesListed(lists: Lists, window: Window): Promise<Listed> {
  const rows = await lists.database.rows(
    `SELECT DISTINCT answer AS seen FROM dns_answer WHERE ${inWindow} AND regexp_full_match(answer, '[0-9a-f.:]+')`,
    windowValues(window),
  )
  return listedAddresses(
    lists,
    rows.map((row) => textOf(row, 'seen')),
  )
}

const blockedNames = `SELECT qname, bool_and(origin = 'blocked') AS blocked FROM dns_answer
  WHERE ${inWindow} AND list_contains($names, qname) GROUP BY qname`

async function whoAsked(database: Database, window: Window, named: Listed): Promise<IndicatorHit[]> {
  const rows = await database.rows(
    `WITH asked AS (
       SELECT device, qname, count(*) AS count, min("at") AS first, max("at") AS last
       FROM ${resolved(`(FROM dns_query WHERE ${inWindow} AND list_contains($names, qname))`)} GROUP BY device, qname)
     SELECT device, qname AS seen, count, first, last, coalesce(blocked, false) AS blocked
     FROM asked LEFT JOIN (${blockedNames}) USING (qname) ORDER BY first`,
    { ...windowValues(window), names: [...named.keys()] },
  )
  return rows.flatMap((row) => toHits(row, named, 'dns-query'))
}

/**
 * Most logs do not say who was answered: it was who asked for that name last. Of a chain of CNAMEs only the first name
 * was asked for; its answers stand just before.
 */
async function whoWasAnswered(
  database: Database,
  window: Window,
  addressed: Listed,
): Promise<IndicatorHit[]> {
  const values = { ...windowValues(window), answers: [...addressed.keys()] }
  const [span] = await database.rows(
    `SELECT min(seq) AS first, max(seq) AS last, min("at") AS since, max("at") AS until
     FROM dns_answer WHERE ${inWindow} AND list_contains($answers, answer)`,
    values,
  )
  if (!span || span['first'] === null) return []
  const rows = await database.rows(
    `WITH given AS (FROM dns_answer WHERE ${inWindow} AND list_contains($answers, answer)),
     before AS (FROM dns_answer WHERE seq >= $first - ${longestChain} AND seq <= $last),
     queries AS (FROM dns_query WHERE "at" >= $since AND "at" <= $until AND seq <= $last),
     links AS (
       SELECT given.seq, before.qname, before.seq AS link FROM given JOIN before
       ON before.source = given.source AND before.seq BETWEEN given.seq - ${longestChain} AND given.seq
       AND (before.seq = given.seq OR before.answer = '<CNAME>')),
     askers AS (
       SELECT given.seq, arg_max(queries.device, (links.link, queries.seq)) AS asker,
         arg_max(queries.qname, (links.link, queries.seq)) AS asked
       FROM given JOIN links USING (seq) JOIN queries ON queries.qname = links.qname AND queries.source = given.source
       AND queries.seq < given.seq AND queries."at" BETWEEN given."at" - INTERVAL ${answerWait} SECOND AND given."at"
       GROUP BY given.seq)
     SELECT device, answer AS seen, count(*) AS count, min("at") AS first, max("at") AS last, bool_and(origin = 'blocked') AS blocked
     FROM ${resolved(`(
       SELECT CASE WHEN given.device = $house THEN coalesce(asker, $house) ELSE given.device END AS device, answer, "at", origin
       FROM given LEFT JOIN askers USING (seq))`)}
     GROUP BY device, answer ORDER BY first`,
    {
      ...values,
      house: thisMachine,
      first: numberOf(span, 'first'),
      last: numberOf(span, 'last'),
      since: new Date(dateOf(span, 'since').getTime() - answerWait * 1000),
      until: dateOf(span, 'until'),
    },
  )
  return rows.flatMap((row) => toHits(row, addressed, 'dns-answer'))
}

function toHits(row: Row, found: Listed, via: IndicatorHit['via']): IndicatorHit[] {
  const seen = textOf(row, 'seen')
  return (found.get(seen) ?? []).map((indicator) => ({
    device: toDeviceId(textOf(row, 'device')),
    indicator,
    seen,
    via,
    count: numberOf(row, 'count'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
    blocked: booleanOf(row, 'blocked'),
  }))
}
