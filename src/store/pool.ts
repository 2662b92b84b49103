import { UnavailableError } from '../core/errors.ts'

/** Lends each of its things to one at a time. */
export interface Pool<T> {
  /** Whoever finds none waits for his turn; once the pool is closed, that is an `UnavailableError`. */
  take<R>(use: (thing: T) => Promise<R>): Promise<R>
  /** Lends no more, and resolves when all that was lent is back. */
  close(): Promise<void>
}

/** A pool of these things. */
export function makePool<T>(things: readonly T[]): Pool<T> {
  const free = [...things]
  const waiting: PromiseWithResolvers<T>[] = []
  const allBack = Promise.withResolvers<void>()
  let closed = false

  function giveBack(thing: T): void {
    const next = waiting.shift()
    if (next) next.resolve(thing)
    else free.push(thing)
    if (closed && free.length === things.length) allBack.resolve()
  }

  return {
    async take(use) {
      if (closed) throw new UnavailableError(isClosed)
      const thing = free.pop() ?? (await queue())
      try {
        return await use(thing)
      } finally {
        giveBack(thing)
      }
    },
    async close() {
      closed = true
      for (const turn of waiting.splice(0)) turn.reject(new UnavailableError(isClosed))
      if (free.length === things.length) allBack.resolve()
      await allBack.promise
    },
  }

  function queue(): Promise<T> {
    const turn = Promise.withResolvers<T>()
    waiting.push(turn)
    return turn.promise
  }
}

const isClosed = 'the store is closed'
