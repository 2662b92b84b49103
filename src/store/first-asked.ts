import type { DuckDBTimestampValue } from '@duckdb/node-api'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import type { Database } from './database.ts'
import { makeDomainBook, type Domain } from './domains.ts'
import { textOf } from './rows.ts'
import type { Transaction } from './writer.ts'

/** Names that are remembered; with their domains and who asked for them some 10 MB at most. */
const capacity = 20_000

interface First {
  readonly device: DeviceId
  readonly domain: string
  readonly qname: string
  readonly at: DuckDBTimestampValue
  readonly seq: bigint
  readonly imported: boolean
}

/** Which device asked for which domain, and when first: the table `domain_first`, so that nobody has to look through all queries. */
export interface FirstAsked {
  domainOf(qname: string): Domain
  /** Before the first `note` of a transaction that ends with `save`. */
  begin(transaction: Transaction): void
  /** Notes that a device asked. A pair that was forgotten is noted anew, which does no harm: readers take the least. */
  note(domain: Domain, query: Omit<First, 'domain'>): void
  /** Writes down what was noted. */
  save(transaction: Transaction): Promise<void>
}

/** Knows at once what the table holds, as far as it fits. */
export async function openFirstAsked(database: Database): Promise<FirstAsked> {
  const book = makeDomainBook(capacity)
  const rows = await database.rows(
    `SELECT DISTINCT device, domain FROM domain_first
     WHERE domain IN (SELECT domain FROM domain_first ORDER BY seq DESC LIMIT $capacity) LIMIT $pairs`,
    { capacity, pairs: 10 * capacity },
  )
  for (const row of rows) book.named(textOf(row, 'domain')).devices.add(toDeviceId(textOf(row, 'device')))
  let noted: First[] = []
  return {
    domainOf: (qname) => book.of(qname),
    begin(transaction) {
      const firsts: First[] = []
      noted = firsts
      transaction.undo(() => {
        for (const { domain, device } of firsts) book.named(domain).devices.delete(device)
      })
    },
    note(domain, query) {
      domain.devices.add(query.device)
      noted.push({ ...query, domain: domain.name })
    },
    async save(transaction) {
      if (noted.length === 0) return
      const appender = await transaction.appender('domain_first')
      for (const { device, domain, qname, at, seq, imported } of noted) {
        appender.appendVarchar(device)
        appender.appendVarchar(domain)
        appender.appendVarchar(qname)
        appender.appendTimestamp(at)
        appender.appendBigInt(seq)
        appender.appendBoolean(imported)
        appender.endRow()
      }
    },
  }
}
