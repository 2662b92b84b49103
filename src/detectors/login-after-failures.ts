import * as z from 'zod'
import type { Detector } from '../core/detector.ts'
import type { AttemptRow } from '../core/login-questions.ts'
import { count } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  failures: count(
    'Failures before',
    'A login that follows so many failed ones from the same place is a guessed password.',
    { min: 2, max: 10_000 },
  ).default(5),
})

export default {
  name: 'login-after-failures',
  title: 'Logins that follow failed ones',
  technique: 'T1110',
  advice:
    'If it was not somebody of this house, take the machine that was logged in to off the network and change its passwords.',
  spoken: 'somebody got in after many wrong passwords',
  options,
  on: ['auth-attempt'],
  every: () => 60,
  lookback: 3600,
  async detect({ options, fresh, window, events }) {
    const rows = await events.attempts(window)
    return rows
      .filter(({ entered }) => entered && entered.failures >= options.failures && entered.at >= fresh.from)
      .flatMap(toSignals)
  },
} satisfies Detector<z.infer<typeof options>>

/**
 * A person mistypes the one name that is theirs, and not for ever: few failures with one account are less sure, and
 * on the machine itself (`sudo`) it is nearly always a person.
 */
function confidenceOf(failures: number, { from, users, unknownUsers }: AttemptRow): number {
  if (from === undefined) return failures >= 10 ? 0.6 : 0.4
  return failures >= 10 || users >= 3 || unknownUsers >= 2 ? 0.95 : 0.7
}

/** None for a row that nobody entered by. */
export function toSignals(row: AttemptRow): Signal[] {
  const { device, from, inside, host, service, users, unknownUsers, firstFailure, entered } = row
  if (entered === undefined) return []
  const { at, user, failures } = entered
  const target = inside ? host : from
  return [
    {
      detector: 'login-after-failures',
      device,
      ...(target !== undefined && { target }),
      at,
      confidence: confidenceOf(failures, row),
      cause: `login:${from ?? ''}`,
      summary: `Logged in as ${quote(user, 40)} at ${host === undefined ? service : quote(host, 40)} after ${failures} failed logins${from === undefined ? '' : ` from ${quote(from, 60)}`}`,
      evidence: {
        failures,
        user: quote(user, 64),
        users,
        unknownUsers,
        service,
        inside,
        minutes: Math.ceil((at.getTime() - (firstFailure ?? at).getTime()) / 60_000),
        ...(from !== undefined && { from: quote(from) }),
      },
    },
  ]
}
