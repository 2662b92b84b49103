import { isPublic } from '../core/address.ts'
import type { Indicator } from '../core/indicator.ts'
import type { Database } from './database.ts'
import { makeMemory, parentsOf, type Memory } from './domains.ts'
import { listed, toIndicator } from './indicators.ts'
import type { FindNetworks } from './networks.ts'

/** Names that are looked for at a time. */
const piece = 2000
/** Names, and addresses, that are remembered: some 2 MB at most. */
const remembered = 8000

/** Names and addresses known to stand on no list: a house asks for the same ones again and again. */
export interface Clear {
  readonly names: Memory<true>
  readonly addresses: Memory<true>
}

/** Nothing is known yet. To be made anew when a list changes. */
export function makeClear(): Clear {
  return { names: makeMemory(remembered), addresses: makeMemory(remembered) }
}

/** The threat lists as they are. */
export interface Lists {
  readonly database: Database
  readonly networksOf: FindNetworks
  readonly clear: Clear
}

interface Found {
  readonly seen: string
  readonly indicator: Indicator
}

/** What stands on a list, with what it stands there by. */
export type Listed = ReadonlyMap<string, readonly Indicator[]>

/** Those of these names that stand on a list, themselves or by a parent. */
export function listedNames({ database, clear }: Lists, names: readonly string[]): Promise<Listed> {
  return amongUnclear(names, clear.names, (unclear) =>
    look(database, 'domain', unclear, (name) => [name, ...parentsOf(name)]),
  )
}

/** Those of these addresses that stand on a list, themselves or by a network; only of the internet: lists also hold what nobody should see there, such as 192.168.0.0/16. */
export function listedAddresses(
  { database, networksOf, clear }: Lists,
  addresses: readonly string[],
): Promise<Listed> {
  return amongUnclear(addresses, clear.addresses, async (unclear) => {
    const outside = unclear.filter(isPublic)
    const exact = await look(database, 'address', outside, (address) => [address])
    const within = outside.flatMap((seen) => networksOf(seen).map((indicator) => ({ seen, indicator })))
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
