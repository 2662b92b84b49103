import type { Indicator } from '../core/indicator.ts'
import { normalAddress } from '../core/address.ts'
import { toRange } from './addresses.ts'
import type { Database } from './database.ts'
import { parentsOf } from './domains.ts'
import { toFinder, type FindNetworks, type Network } from './networks.ts'
import { dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'
import type { Indicators } from './house-keeping.ts'
import type { Transaction, Writer } from './writer.ts'

export interface OpenIndicators extends Indicators {
  /** On which networks of the lists an address stands. */
  networksOf: FindNetworks
  /** Grows with each change of a list. */
  changes(): number
}

/** SQL: indicators of the lists as they are; rows of an edition that is not finished, or is gone, do not count. */
export const listed = '(SELECT type, value, label, list FROM indicators JOIN indicator_lists USING (edition))'

/**
 * Threat lists. The entries of a list come under a new edition, in as many commits as they need; the commit that says
 * that the list is this edition now makes them count, and drops the old ones.
 */
export async function openIndicators(
  database: Database,
  writer: Writer,
  now: () => Date,
): Promise<OpenIndicators> {
  const [last] = await database.rows(
    'SELECT greatest(coalesce((SELECT max(edition) FROM indicator_lists), 0), coalesce((SELECT max(edition) FROM indicators), 0)) AS edition',
  )
  let editions = last ? numberOf(last, 'edition') : 0
  let changes = 0
  let networksOf = toFinder(await networks(database))
  /** Editions that are being filled. */
  const filling = new Set<number>()

  const append = (edition: number, entries: readonly Indicator[]) =>
    writer.write({
      urgency: 'now',
      async apply(transaction) {
        const appender = await transaction.appender('indicators')
        for (const { type, value, label } of entries) {
          appender.appendBigInt(BigInt(edition))
          appender.appendVarchar(type)
          appender.appendVarchar(value)
          if (label === undefined) appender.appendNull()
          else appender.appendVarchar(label)
          appender.endRow()
        }
      },
    })

  const change = async (apply: (transaction: Transaction) => Promise<unknown>) => {
    await writer.write({
      urgency: 'now',
      async apply(transaction) {
        await apply(transaction)
        const kept = ['SELECT edition FROM indicator_lists', ...filling].join(' UNION ALL SELECT ')
        await transaction.run(`DELETE FROM indicators WHERE edition NOT IN (${kept})`)
        transaction.touch('indicators')
      },
    })
    networksOf = toFinder(await networks(database))
    changes += 1
  }

  return {
    changes: () => changes,
    networksOf: (address) => networksOf(address),
    async replace(list, entries) {
      editions += 1
      const edition = editions
      let count = 0
      filling.add(edition)
      try {
        for await (const piece of entries) {
          await append(edition, piece)
          count += piece.length
        }
      } finally {
        filling.delete(edition)
      }
      await change(async (transaction) => {
        await transaction.run('DELETE FROM indicator_lists WHERE list = $list', { list })
        const row = { list, edition, count, now: now() }
        await transaction.run('INSERT INTO indicator_lists VALUES ($list, $edition, $count, $now)', row)
      })
      return count
    },
    remove: (list) =>
      change((transaction) => transaction.run('DELETE FROM indicator_lists WHERE list = $list', { list })),
    async lists() {
      const rows = await database.rows('SELECT list, entries, "at" FROM indicator_lists ORDER BY list')
      return rows.map((row) => ({
        list: textOf(row, 'list'),
        entries: numberOf(row, 'entries'),
        at: dateOf(row, 'at'),
      }))
    },
    async lookup(seen) {
      const text = seen.trim().toLowerCase().replace(/\.$/, '')
      const address = normalAddress(text)
      const values = address === undefined ? [text, ...parentsOf(text)] : [address]
      const rows = await database.rows(
        `SELECT * FROM ${listed} WHERE list_contains($values, value) AND type <> 'network' ORDER BY length(value) DESC, list`,
        { values },
      )
      return [...rows.map(toIndicator), ...networksOf(text)]
    },
  }
}

/** A row of `listed`. */
export function toIndicator(row: Row): Indicator {
  return {
    type: wordOf(row, 'type'),
    value: textOf(row, 'value'),
    list: textOf(row, 'list'),
    ...some('label', optional(row, 'label', textOf)),
  }
}

async function networks(database: Database): Promise<Network[]> {
  const rows = await database.rows(`SELECT * FROM ${listed} WHERE type = 'network'`)
  return rows.map(toIndicator).flatMap((indicator) => {
    const range = toRange(indicator.value)
    return range ? [{ ...range, indicator }] : []
  })
}
