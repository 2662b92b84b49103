import * as z from 'zod'
import { isPublic, isShared } from '../core/address.ts'
import type { Detector } from '../core/detector.ts'
import type { NewOriginRow } from '../core/login-questions.ts'
import { number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  settle: number(
    'Days to settle',
    'Where a user comes in from is judged from so many days after that user was first seen coming in.',
    { min: 0, max: 60 },
  ).default(1),
})

/** Places from which on a person is one who travels: one more is less odd. */
const manyPlaces = 5

export default {
  name: 'new-login-origin',
  title: 'Logins from a new place',
  technique: 'T1078',
  advice:
    'Ask the person whose account it is; if it was not them, change the password and look at what was done.',
  spoken: 'somebody logged in from a place that is new for them',
  options,
  on: ['auth-attempt'],
  every: () => 300,
  lookback: 3600,
  async detect({ options, fresh, window, events }) {
    const rows = await events.newOrigins(window)
    return rows
      .filter(({ at }) => at >= fresh.from)
      .flatMap((row) => {
        const days = (row.at.getTime() - row.since.getTime()) / 86_400_000
        const isSettled = row.places > 0 && days >= options.settle
        return isSettled || isPublic(row.from) ? [toSignal(row, isSettled)] : []
      })
  },
} satisfies Detector<z.infer<typeof options>>

/** `isSettled`: it is known where this user comes in from otherwise. */
export function toSignal(row: NewOriginRow, isSettled: boolean): Signal {
  const { device, from, inside, host, service, user, method, at, places, since } = row
  const isOdd = isSettled && places < manyPlaces && !isShared(from)
  const fromOutside = isOdd ? 0.85 : 0.5
  return {
    detector: 'new-login-origin',
    device,
    target: inside ? user : from,
    at,
    confidence: inside ? 0.35 : fromOutside,
    cause: `login:${from}`,
    summary: `${quote(user, 40)} logged in at ${host === undefined ? service : quote(host, 40)} from ${quote(from, 60)} for the first time`,
    evidence: {
      user: quote(user, 64),
      from: quote(from),
      inside,
      service,
      ...(method !== undefined && { method }),
      places,
      daysKnown: Math.floor((at.getTime() - since.getTime()) / 86_400_000),
    },
  }
}
