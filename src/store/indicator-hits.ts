import type { IndicatorHit, Window } from '../core/detector.ts'
import { thisMachine, toDeviceId } from '../core/device.ts'
import type { Indicator } from '../core/indicator.ts'
import type { Database } from './database.ts'
import { makeMemory, parentsOf, type Memory } from './domains.ts'
import { listed, toIndicator } from './indicators.ts'
import type { FindNetworks } from './networks.ts'
import { booleanOf, dateOf, numberOf, textOf } from './rows.ts'
import type { Row } from './session.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Seconds between a question and its answer, at most. */
const answerWait = 30
/** Names that are looked for at a time. */
const piece = 2000
/** Names, and addresses, that are remembered: some 2 MB at most. */
const remembered = 8000
/** Rows of answers that one chain of CNAMEs may take. */
const longestChain = 16

/** Names and addresses known to stand on no list: a house asks for the same ones again and again. */
export interface Clear {
  readonly names: Memory<true>
  readonly addresses: Memory<true>
}

/** Nothing is known yet. To be made anew when a list changes. */
export function makeClear(): Clear {
  return { names: makeMemory(remembered), addresses: makeMemory(remembered) }
}

/** Names asked for and addresses answered that stand on a list. Most windows hold none: then the names are all that is looked at. */
export async function indicatorHits(
  { database, networksOf, clear }: { database: Database; networksOf: FindNetworks; clear: Clear },
  window: Window,
): Promise<IndicatorHit[]> {
  const [named, addressed] = await Promise.all([
    namesListed(database, clear.names, window),
    addressesListed({ database, networksOf, clear: clear.addresses }, window),
  ])
  return [
    ...(named.size > 0 ? await whoAsked(database, window, named) : []),
    ...(addressed.size > 0 ? await whoWasAnswered(database, window, addressed) : []),
  ]
}

interface Found {
  readonly seen: string
  readonly indicator: Indicator
}

type Listed = ReadonlyMap<string, readonly Indicator[]>

/** The window's names that stand on a list, themselves or by a parent. */
async function namesListed(database: Database, clear: Memory<true>, window: Window): Promise<Listed> {
  const rows = await database.rows(
    `SELECT DISTINCT qname AS seen FROM dns_query WHERE ${inWindow}`,
    windowValues(window),
  )
  const names = rows.map((row) => textOf(row, 'seen'))
  return amongUnclear(names, clear, (unclear) =>
    look(database, 'domain', unclear, (name) => [name, ...parentsOf(name)]),
  )
}

/** The window's answers that stand on a list, themselves or by a network. */
async function addressesListed(
  { database, networksOf, clear }: { database: Database; networksOf: FindNetworks; clear: Memory<true> },
  window: Window,
): Promise<Listed> {
  const rows = await database.rows(
    `SELECT DISTINCT answer AS seen FROM dns_answer WHERE ${inWindow} AND regexp_full_match(answer, '[0-9a-f.:]+')`,
    windowValues(window),
  )
  const answers = rows.map((row) => textOf(row, 'seen'))
  return amongUnclear(answers, clear, async (unclear) => {
    const exact = await look(database, 'address', unclear, (answer) => [answer])
    const within = unclear.flatMap((seen) => networksOf(seen).map((indicator) => ({ seen, indicator })))
    return [...exact, ...within]
  })
}

/** What is found among those not known to be clear; the others of these are clear from now on. */
async function amongUnclear(
  seen: readonly string[],
  clear: Memory<true>,
  find: (unclear: readonly string[]) => Promise<Found[]>,
): Promise<Listed> {
  const unclear = seen.filter((text) => clear.get(text) === undefined)
  const found = bySeen(await find(unclear))
  for (const text of unclear) if (!found.has(text)) clear.set(text, true)
  return found
}

/**
 * Looks for what was seen in the lists, so many at a time: a short list of words against a long column is quick, while
 * a join of two tables would hold all lists in memory each time.
 */
async function look(
  database: Database,
  type: Indicator['type'],
  seen: readonly string[],
  formsOf: (seen: string) => readonly string[],
): Promise<Found[]> {
  const found: Found[] = []
  for (let from = 0; from < seen.length; from += piece) {
    const owners = Map.groupBy(
      seen.slice(from, from + piece).flatMap((text) => formsOf(text).map((form) => ({ form, text }))),
      ({ form }) => form,
    )
    const rows = await database.rows(
      `SELECT listed.* FROM (SELECT unnest($forms) AS form) JOIN ${listed} listed ON listed.value = form AND listed.type = $type`,
      { forms: [...owners.keys()], type },
    )
    for (const indicator of rows.map(toIndicator))
      for (const { text } of owners.get(indicator.value) ?? []) found.push({ seen: text, indicator })
  }
  return found
}

function bySeen(found: readonly Found[]): Listed {
  const groups = Map.groupBy(found, ({ seen }) => seen)
  return new Map([...groups].map(([seen, group]) => [seen, group.map(({ indicator }) => indicator)]))
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
