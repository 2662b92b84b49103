import type { Connection } from '../../core/observation.ts'
import { booleanOf, numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, seen, text, yesOrNo, type Kind } from './column.ts'

/** How a connection is stored. */
export const connection: Kind<Connection> = {
  table: 'connection',
  columns: [
    text('flow', ({ flow }) => flow),
    text('state', ({ state }) => state),
    text('protocol', ({ protocol }) => protocol),
    text('originator', ({ originator }) => originator),
    number('originator_port', ({ originatorPort }) => originatorPort),
    text('responder', ({ responder }) => responder),
    number('responder_port', ({ responderPort }) => responderPort),
    number('duration', ({ duration }) => duration),
    number('bytes_out', ({ bytesOut }) => bytesOut),
    number('bytes_in', ({ bytesIn }) => bytesIn),
    number('packets_out', ({ packetsOut }) => packetsOut),
    number('packets_in', ({ packetsIn }) => packetsIn),
    yesOrNo('answered', ({ answered }) => answered),
  ],
  toObservation: (row) => ({
    kind: 'connection',
    ...seen(row),
    flow: textOf(row, 'flow'),
    state: wordOf(row, 'state'),
    protocol: textOf(row, 'protocol'),
    originator: textOf(row, 'originator'),
    ...some('originatorPort', optional(row, 'originator_port', numberOf)),
    responder: textOf(row, 'responder'),
    ...some('responderPort', optional(row, 'responder_port', numberOf)),
    ...some('duration', optional(row, 'duration', numberOf)),
    ...some('bytesOut', optional(row, 'bytes_out', numberOf)),
    ...some('bytesIn', optional(row, 'bytes_in', numberOf)),
    ...some('packetsOut', optional(row, 'packets_out', numberOf)),
    ...some('packetsIn', optional(row, 'packets_in', numberOf)),
    ...some('answered', optional(row, 'answered', booleanOf)),
  }),
}
