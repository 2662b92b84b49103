import type { Reading } from '../../core/observation.ts'
import { numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, seen, text, type Kind } from './column.ts'

/** How a measured number is stored. */
export const reading: Kind<Reading> = {
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
