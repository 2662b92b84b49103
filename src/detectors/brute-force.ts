import * as z from 'zod'
import { isShared } from '../core/address.ts'
import type { Detector } from '../core/detector.ts'
import type { AttemptRow } from '../core/login-questions.ts'
import { count } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  attempts: count('Wrong passwords', 'So many failed logins from one place are guessing.', {
    min: 2,
    max: 10_000,
  }).default(5),
  minutes: count('Within minutes', 'The failed logins of so many minutes are counted together.', {
    min: 1,
    max: 60,
  }).default(10),
})

/** Origins on the internet that are told one by one. */
const mostOrigins = 3
/** Of an hour, or of many origins that each try less: so many times the failed logins that are guessing. */
const patience = 4

export default {
  name: 'brute-force',
  title: 'Guessed passwords',
  technique: 'T1110',
  advice:
    'Find out which program on the device tries to log in; from the internet, close the port in the router or allow keys alone.',
  spoken: 'passwords are being guessed',
  options,
  on: ['auth-attempt'],
  every: () => 60,
  lookback: 3600,
  async detect({ options, now, fresh, window, events }) {
    const from = new Date(Math.max(window.from.getTime(), now.getTime() - options.minutes * 60_000))
    const [lately, hour] = await Promise.all([events.attempts({ ...window, from }), events.attempts(window)])
    const tries = toGuessings(lately)
    const isNews = ({ last }: Guessing) => last >= fresh.from
    const isTold = (one: Guessing) => one.failures >= options.attempts && isNews(one)
    const inside = tries.filter((one) => one.inside && isTold(one))
    const slow = toGuessings(hour).filter(
      (one) =>
        one.inside && one.from !== undefined && one.failures >= patience * options.attempts && isNews(one),
    )
    const byMachine = Map.groupBy(
      tries.filter((one) => !one.inside),
      ({ device }) => device,
    )
    return [
      ...inside.map(toSignal),
      ...slow.filter((one) => !inside.some((other) => placeOf(other) === placeOf(one))).map(toSignal),
      ...[...byMachine.values()].flatMap((all) => {
        const told = all.filter(isTold)
        const few = all.filter(({ failures }) => failures < options.attempts)
        const sum = few.reduce((total, { failures }) => total + failures, 0)
        const isSpray = few.length > mostOrigins && sum >= patience * options.attempts && few.some(isNews)
        if (isSpray) return toFold([...told, ...few])
        return told.length > mostOrigins ? toFold(told) : told.map(toSignal)
      }),
    ]
  },
} satisfies Detector<z.infer<typeof options>>

/** All failed logins of one device from one place. */
export interface Guessing extends Pick<
  AttemptRow,
  'device' | 'from' | 'inside' | 'service' | 'host' | 'user'
> {
  readonly failures: number
  /** Of them, those that were no guess. */
  readonly keys: number
  readonly users: number
  readonly unknownUsers: number
  readonly machines: number
  readonly first: Date
  readonly last: Date
}

function placeOf({ device, from }: Pick<AttemptRow, 'device' | 'from'>): string {
  return `${device} ${from ?? ''}`
}

function toGuessings(rows: readonly AttemptRow[]): readonly Guessing[] {
  const wrong = rows.filter(({ failures }) => failures > 0)
  return [...Map.groupBy(wrong, placeOf).values()].map(toGuessing)
}

/** Of all rows of one device and origin; `service`, `host` and `user` are those tried most. */
export function toGuessing(rows: readonly AttemptRow[]): Guessing {
  const [most] = rows.toSorted((a, b) => b.failures - a.failures)
  if (most === undefined) throw new Error('guessing needs a row')
  const { device, from, inside, service, host, user } = most
  const sum = (of: (row: AttemptRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const times = (of: (row: AttemptRow) => Date | undefined) => rows.flatMap((row) => of(row)?.getTime() ?? [])
  return {
    ...{ device, from, inside, service, host, user },
    failures: sum(({ failures }) => failures),
    keys: sum(({ keys }) => keys),
    users: Math.max(...rows.map(({ users }) => users)),
    unknownUsers: Math.max(...rows.map(({ unknownUsers }) => unknownUsers)),
    machines: new Set(rows.map((row) => row.host)).size,
    first: new Date(Math.min(...times(({ firstFailure }) => firstFailure))),
    last: new Date(Math.max(...times(({ lastFailure }) => lastFailure))),
  }
}

/**
 * From a device of the house it is certain as soon as no person would do it: ten passwords, one a minute, or several
 * names. One account a few times, or now and then, is also a person, or a program with an old password; on the machine
 * itself somebody sits at it; Home Assistant does not say whether a password was wrong or a key had run out; from the
 * internet it goes on everywhere all day, but not from the machines of a VPN.
 */
function confidenceOf(guessing: Guessing): number {
  const { from, inside, service, failures, keys, users, unknownUsers, first, last } = guessing
  if (service === 'home-assistant' || !(inside || (from !== undefined && isShared(from)))) return 0.6
  if (from === undefined) return failures >= 10 ? 0.6 : 0.4
  const guesses = failures - keys
  const isFast = guesses >= 10 && guesses >= (last.getTime() - first.getTime()) / 60_000
  return isFast || users >= 3 || unknownUsers >= 2 ? 0.95 : 0.6
}

/** One place that guesses. */
export function toSignal(guessing: Guessing): Signal {
  const { device, from, inside, service, host, user, failures, users, unknownUsers, machines, first, last } =
    guessing
  const target = inside ? host : from
  const where = host === undefined ? service : `${service} of ${quote(host, 40)}`
  return {
    detector: 'brute-force',
    device,
    ...(target !== undefined && { target }),
    at: last,
    confidence: confidenceOf(guessing),
    cause: `login:${from ?? ''}`,
    summary: `${failures} failed logins at ${where}${from === undefined ? '' : ` from ${quote(from, 60)}`}`,
    evidence: {
      failures,
      users,
      unknownUsers,
      machines,
      minutes: Math.ceil((last.getTime() - first.getTime()) / 60_000),
      service,
      inside,
      ...(from !== undefined && { from: quote(from) }),
      ...(user !== undefined && { user: quote(user, 64) }),
    },
  }
}

/** Many places on the internet at once: one claim without target. */
export function toFold(all: readonly Guessing[]): Signal[] {
  const [most] = all.toSorted((a, b) => b.failures - a.failures)
  if (most === undefined) return []
  const failures = all.reduce((sum, one) => sum + one.failures, 0)
  return [
    {
      detector: 'brute-force',
      device: most.device,
      at: new Date(Math.max(...all.map(({ last }) => last.getTime()))),
      confidence: confidenceOf(most),
      summary: `${failures} failed logins from ${all.length} places on the internet`,
      evidence: {
        failures,
        places: all.length,
        service: most.service,
        inside: false,
        worst: quote(most.from ?? ''),
      },
    },
  ]
}
