import type { ContainerState, ProcessState } from '../../core/observation.ts'
import { booleanOf, numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, seen, text, yesOrNo, type Kind } from './column.ts'

/** How the state of a process is stored. */
export const processState: Kind<ProcessState> = {
  table: 'process',
  columns: [
    text('name', ({ name }) => name),
    text('state', ({ state }) => state),
    number('count', ({ count }) => count),
    text('reason', ({ reason }) => reason),
  ],
  toObservation: (row) => ({
    kind: 'process',
    ...seen(row),
    name: textOf(row, 'name'),
    state: wordOf(row, 'state'),
    ...some('count', optional(row, 'count', numberOf)),
    ...some('reason', optional(row, 'reason', textOf)),
  }),
}

/** How the state of a container is stored. */
export const containerState: Kind<ContainerState> = {
  table: 'container',
  columns: [
    text('name', ({ name }) => name),
    text('state', ({ state }) => state),
    text('image', ({ image }) => image),
    number('restarts', ({ restarts }) => restarts),
    number('exit_code', ({ exitCode }) => exitCode),
    text('reason', ({ reason }) => reason),
    yesOrNo('ordered', ({ ordered }) => ordered),
  ],
  toObservation: (row) => ({
    kind: 'container',
    ...seen(row),
    name: textOf(row, 'name'),
    state: wordOf(row, 'state'),
    ...some('image', optional(row, 'image', textOf)),
    ...some('restarts', optional(row, 'restarts', numberOf)),
    ...some('exitCode', optional(row, 'exit_code', numberOf)),
    ...some('ordered', optional(row, 'ordered', booleanOf)),
    ...some('reason', optional(row, 'reason', textOf)),
  }),
}
