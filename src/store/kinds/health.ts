import type { HealthChange } from '../../core/observation.ts'
import { optional, some, textOf, wordOf } from '../rows.ts'
import { seen, text, type Kind } from './column.ts'

/** How a change of a loop is stored. */
export const health: Kind<HealthChange> = {
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
