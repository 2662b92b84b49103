import * as z from 'zod'
import type { ListeningCollector } from '../core/collector.ts'
import { UnavailableError } from '../core/errors.ts'
import type { AuthAttempt } from '../core/observation.ts'
import { failedLoginOf } from '../formats/home-assistant-login.ts'

/** Milliseconds: a failed login that is older when Home Assistant is first met is not told. */
const recent = 3_600_000

const notification = z.object({
  notification_id: z.string(),
  message: z.string(),
  created_at: z.coerce.date(),
})
const update = z.object({
  type: z.enum(['current', 'added', 'updated', 'removed']),
  notifications: z.record(z.string(), z.unknown()),
})

/** Milliseconds since 1970 of the failed login told last. */
const cursor = z.number()

/** Tells each failed login of Home Assistant itself, by the notification that it makes of it. It says nothing of those that succeed. */
export default {
  name: 'home-assistant-logins',
  title: 'Failed logins of Home Assistant',
  options: z.object({}),
  cursor,
  isSetUp: (_options, home) => home !== undefined,

  async listen({ cursor, home, now, stop, ready, emit }) {
    if (home === undefined) throw new UnavailableError('Home Assistant is not connected')
    let last = cursor ?? now().getTime() - recent
    for await (const event of home.subscribe({ type: 'persistent_notification/subscribe' }, stop)) {
      // What stands there already comes first, at once.
      ready()
      const attempt = toAttempt(event)
      if (attempt === undefined || attempt.at.getTime() <= last) continue
      last = attempt.at.getTime()
      emit(attempt, last)
    }
  },

  async check({ home }) {
    if (home === undefined) return [{ ok: true, optional: true, message: 'There is no Home Assistant here' }]
    await home.isRunning()
    return [{ ok: true, message: 'Failed logins of Home Assistant are seen' }]
  },
} satisfies ListeningCollector<Record<string, never>, z.infer<typeof cursor>>

/** Of all that Home Assistant tells of its notifications: a failed login. Each one replaces the notification of the one before. */
export function toAttempt(event: unknown): AuthAttempt | undefined {
  const told = update.safeParse(event).data
  if (told === undefined || told.type === 'removed') return undefined
  const found = notification.safeParse(told.notifications['http-login']).data
  const from = found && failedLoginOf(found.message)
  if (found === undefined || from === undefined) return undefined
  return {
    kind: 'auth-attempt',
    at: found.created_at,
    outcome: 'failure',
    from,
    user: '',
    service: 'home-assistant',
  }
}
