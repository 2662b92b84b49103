import type { Observation } from '../../core/observation.ts'
import { kept } from '../kept.ts'
import { dateOf, optional, some, textOf } from '../rows.ts'
import type { Row } from '../session.ts'

/** What the store works out about an observation when it is saved. */
export interface Derived {
  /** Of a DNS query: its registrable domain. */
  domain: string
}

/** What may stand in a column. */
export type Cell = string | number | boolean | undefined

export interface Column<O> {
  readonly name: string
  readonly type: 'VARCHAR' | 'DOUBLE' | 'BOOLEAN'
  value(observation: O, derived: Derived): Cell
}

/** How one kind of event is stored. */
export interface Kind<O extends Observation> {
  readonly table: string
  /** After those that all have: seq, at, device, source (the loop that collected it), imported, address. */
  readonly columns: readonly Column<O>[]
  toObservation(row: Row): O
}

/** A column of text, cut where strangers write too much. */
export function text<O>(name: string, value: Column<O>['value']): Column<O> {
  return {
    name,
    type: 'VARCHAR',
    value(observation, derived) {
      const cell = value(observation, derived)
      return typeof cell === 'string' ? kept(cell) : cell
    },
  }
}

/** A column of numbers. */
export function number<O>(name: string, value: Column<O>['value']): Column<O> {
  return { name, type: 'DOUBLE', value }
}

/** A column of true and false. */
export function yesOrNo<O>(name: string, value: Column<O>['value']): Column<O> {
  return { name, type: 'BOOLEAN', value }
}

/** What all kinds have. */
export function seen(row: Row): { at: Date; address?: string } {
  return { at: dateOf(row, 'at'), ...some('address', optional(row, 'address', textOf)) }
}
