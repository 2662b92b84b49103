import type { Presence } from '../../core/observation.ts'
import { dateOf, optional, some, textOf, wordOf } from '../rows.ts'
import { text, type Kind } from './column.ts'

/** How the meeting of an address and a MAC is stored. */
export const presence: Kind<Presence> = {
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
