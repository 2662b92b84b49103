import timers from 'node:timers/promises'
import cron from 'node-cron'

/** Waits, and ends early without an error when `stop` comes. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return
  try {
    await timers.setTimeout(Math.min(milliseconds, 2 ** 31 - 1), undefined, { signal: stop })
  } catch (error) {
    if (!stop.aborted) throw error
  }
}

/** Yields at once and then after each pause of so many milliseconds, until `stop`. */
export async function* every(milliseconds: number, stop: AbortSignal): AsyncIterable<void> {
  while (!stop.aborted) {
    yield
    await pause(milliseconds, stop)
  }
}

/** A signal that comes when `stop` does, or after so many milliseconds. */
export function within(milliseconds: number, stop: AbortSignal): AbortSignal {
  return AbortSignal.any([stop, AbortSignal.timeout(Math.ceil(milliseconds))])
}

/**
 * Yields at a local time of day, `HH:MM`, once a day: by node-cron, and by a look at the clock each minute. The look
 * catches up on what was missed while the machine slept, the clock jumped or the hour did not exist (the day summer
 * time begins); `last` is when it was done last (or when to begin), and a day is never done twice (the hour that comes twice in autumn).
 */
export async function* daily(
  time: string,
  { last, now, stop }: { last: () => Promise<Date>; now: () => Date; stop: AbortSignal },
): AsyncIterable<void> {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  let ring: () => void = () => undefined
  const task = cron.schedule(`${minute} ${hour} * * *`, () => ring(), { noOverlap: true })
  try {
    while (!stop.aborted) {
      if (isDue(time, await last(), now())) yield
      const bell = new AbortController()
      ring = () => bell.abort()
      await pause(60_000, AbortSignal.any([stop, bell.signal]))
    }
  } finally {
    await task.destroy()
  }
}

/** Whether the newest local moment `HH:MM` that is not after `now` lies after `last`. */
export function isDue(time: string, last: Date, now: Date): boolean {
  return latest(time, now) > last
}

/** The newest moment not after `now` at which the local clock showed `HH:MM`, or first showed more where it skipped it. */
export function latest(time: string, now: Date): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), hour, minute)
  if (today <= now) return today
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, hour, minute)
}

/** The start of the local day. */
export function midnight(at: Date): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate())
}
