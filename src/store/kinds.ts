import { eventKinds } from '../core/observation.ts'
import type {
  DnsAnswer,
  DnsQuery,
  EventKind,
  HealthChange,
  Observation,
  Presence,
  Reading,
} from '../core/observation.ts'
import { kept } from './kept.ts'
import { dateOf, numberOf, optional, some, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'

/** What the store works out about an observation when it is saved. */
export interface Derived {
  /** Of a DNS query: its registrable domain. */
  domain: string
}

export interface Column<O> {
  readonly name: string
  readonly type: 'VARCHAR' | 'DOUBLE'
  value(observation: O, derived: Derived): string | number | undefined
}

/** How one kind of event is stored. */
export interface Kind<O extends Observation> {
  readonly table: string
  /** After those that all have: seq, at, device, source (the loop that collected it), imported, address. */
  readonly columns: readonly Column<O>[]
  toObservation(row: Row): O
}

const dnsQuery: Kind<DnsQuery> = {
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

const dnsAnswer: Kind<DnsAnswer> = {
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

const reading: Kind<Reading> = {
  table: 'reading',
  columns: [
    text('quantity', ({ quantity }) => quantity),
    text('sensor', ({ sensor }) => sensor),
    number('value', ({ value }) => value),
    text('unit', ({ unit }) => unit),
    number('limit', ({ limit }) => limit),
  ],
  toObservation: (row) => ({
    kind: 'reading',
    ...seen(row),
    quantity: wordOf(row, 'quantity'),
    sensor: textOf(row, 'sensor'),
    value: numberOf(row, 'value'),
    unit: wordOf(row, 'unit'),
    ...some('limit', optional(row, 'limit', numberOf)),
  }),
}

const presence: Kind<Presence> = {
  table: 'presence',
  columns: [
    text('mac', ({ mac }) => mac),
    text('hostname', ({ hostname }) => hostname),
    text('via', ({ via }) => via),
  ],
  toObservation: (row) => ({
    kind: 'presence',
    at: dateOf(row, 'at'),
    address: textOf(row, 'address'),
    mac: textOf(row, 'mac'),
    ...some('hostname', optional(row, 'hostname', textOf)),
    via: wordOf(row, 'via'),
  }),
}

const health: Kind<HealthChange> = {
  table: 'health',
  columns: [
    text('loop', ({ loop }) => loop),
    text('state', ({ state }) => state),
    text('reason', ({ reason }) => reason),
  ],
  toObservation: (row) => ({
    kind: 'health',
    ...seen(row),
    loop: textOf(row, 'loop'),
    state: wordOf(row, 'state'),
    ...some('reason', optional(row, 'reason', textOf)),
  }),
}

/** The one table of kinds: nothing else knows how an event is stored. */
export const kinds: { readonly [K in EventKind]: Kind<Extract<Observation, { kind: K }>> } = {
  'dns-query': dnsQuery,
  'dns-answer': dnsAnswer,
  reading,
  presence,
  health,
}

/** The tables of all kinds. */
export const eventTables: readonly string[] = eventKinds.map((kind) => kinds[kind].table)

/** How events of a kind are stored. */
export function kindOf(kind: EventKind): Kind<Observation> {
  return kinds[kind]
}

function text<O>(name: string, value: Column<O>['value']): Column<O> {
  return {
    name,
    type: 'VARCHAR',
    value(observation, derived) {
      const cell = value(observation, derived)
      return typeof cell === 'string' ? kept(cell) : cell
    },
  }
}

function number<O>(name: string, value: Column<O>['value']): Column<O> {
  return { name, type: 'DOUBLE', value }
}

function seen(row: Row): { at: Date; address?: string } {
  return { at: dateOf(row, 'at'), ...some('address', optional(row, 'address', textOf)) }
}
