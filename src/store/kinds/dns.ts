import type { DnsAnswer, DnsQuery } from '../../core/observation.ts'
import { optional, some, textOf, wordOf } from '../rows.ts'
import { seen, text, type Kind } from './column.ts'

/** How a question is stored, with its registrable domain. */
export const dnsQuery: Kind<DnsQuery> = {
  table: 'dns_query',
  columns: [
    text('qname', ({ qname }) => qname),
    text('qtype', ({ qtype }) => qtype),
    text('domain', (_, { domain }) => domain),
  ],
  toObservation: (row) => ({
    kind: 'dns-query',
    ...seen(row),
    qname: textOf(row, 'qname'),
    qtype: textOf(row, 'qtype'),
  }),
}

/** How an answer is stored. */
export const dnsAnswer: Kind<DnsAnswer> = {
  table: 'dns_answer',
  columns: [
    text('qname', ({ qname }) => qname),
    text('rcode', ({ rcode }) => rcode),
    text('answer', ({ answer }) => answer),
    text('origin', ({ source }) => source),
  ],
  toObservation: (row) => ({
    kind: 'dns-answer',
    ...seen(row),
    qname: textOf(row, 'qname'),
    rcode: textOf(row, 'rcode'),
    ...some('answer', optional(row, 'answer', textOf)),
    source: wordOf(row, 'origin'),
  }),
}
