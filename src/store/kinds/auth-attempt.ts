import type { AuthAttempt } from '../../core/observation.ts'
import { booleanOf, numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, seen, text, yesOrNo, type Kind } from './column.ts'

/** How a login, or the try of one, is stored; `from` and `user` are words of SQL, so their columns are `origin` and `account`. */
export const authAttempt: Kind<AuthAttempt> = {
  table: 'auth_attempt',
  columns: [
    text('outcome', ({ outcome }) => outcome),
    text('origin', ({ from }) => from),
    text('account', ({ user }) => user),
    yesOrNo('unknown_user', ({ unknownUser }) => unknownUser),
    text('service', ({ service }) => service),
    text('method', ({ method }) => method),
    text('host', ({ host }) => host),
    number('times', ({ times }) => times),
  ],
  toObservation: (row) => ({
    kind: 'auth-attempt',
    ...seen(row),
    outcome: wordOf(row, 'outcome'),
    ...some('from', optional(row, 'origin', textOf)),
    user: textOf(row, 'account'),
    ...some('unknownUser', optional(row, 'unknown_user', booleanOf)),
    service: textOf(row, 'service'),
    ...some('method', optional(row, 'method', textOf)),
    ...some('host', optional(row, 'host', textOf)),
    ...some('times', optional(row, 'times', numberOf)),
  }),
}
