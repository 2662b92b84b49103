import { messageOf, UnavailableError } from '../core/errors.ts'
import { every, within } from '../core/time.ts'
import { openSocket, type Access } from './socket.ts'
import { toError } from './refusal.ts'

/** A websocket command; `id` is the library's business. */
export type Command = { readonly type: string } & Readonly<Record<string, unknown>>

/** One connection, from the moment it is let in until it is lost. It never connects again: open another. */
export interface Session {
  /** Home Assistant's version. */
  readonly version: string
  /** Comes when the connection is lost or closed; its reason is an `UnavailableError`. */
  readonly ended: AbortSignal
  /** The answer to a command within so many milliseconds. */
  ask(command: Command, milliseconds: number): Promise<unknown>
  /** Events of a command that subscribes, until `stop`; throws when the connection is lost. */
  listen(command: Command, stop: AbortSignal): AsyncIterable<unknown>
}

const pingMilliseconds = 30_000
const pongMilliseconds = 10_000
const subscribeMilliseconds = 30_000
/** Events that wait for a slow listener; more is an error, since none may be lost in silence. */
const waitingMost = 1000

/** Connects, and keeps looking whether the other side still answers. Throws as `openSocket` does. */
export async function openSession(
  access: Access,
  stop: AbortSignal,
  ping = { every: pingMilliseconds, within: pongMilliseconds },
): Promise<Session> {
  const { Connection } = await import('home-assistant-js-websocket')
  const socket = await openSocket(access, stop)
  const connection = new Connection(socket, { setupRetry: 0, createSocket: () => openSocket(access, stop) })
  const end = new AbortController()
  const close = (why: string) => {
    // The library would connect again by itself, and drop the promises of its re-subscriptions: closed, it does not.
    connection.close()
    end.abort(new UnavailableError(`Home Assistant is not connected: ${why}`))
  }
  connection.addEventListener('disconnected', () => close('the connection was lost'))
  const onStop = () => close('this program stops')
  stop.addEventListener('abort', onStop, { once: true })
  if (stop.aborted) onStop()
  end.signal.addEventListener('abort', () => stop.removeEventListener('abort', onStop), { once: true })

  const answer = async <T>(asked: Promise<T>, milliseconds: number): Promise<T> => {
    try {
      return await unlessAborted(asked, within(milliseconds, end.signal))
    } catch (error) {
      throw toError(error)
    }
  }
  const keepAlive = async () => {
    try {
      for await (const _ of every(ping.every, end.signal)) await answer(connection.ping(), ping.within)
    } catch (error) {
      close(messageOf(error))
    }
  }
  void keepAlive()

  return {
    version: connection.haVersion,
    ended: end.signal,
    ask: (command, milliseconds) =>
      answer(connection.sendMessagePromise<unknown>({ ...command }), milliseconds),
    async *listen(command, stopListening) {
      const over = AbortSignal.any([stopListening, end.signal])
      const { events, push } = makeQueue(over)
      const subscribed = connection.subscribeMessage<unknown>(push, { ...command }, { resubscribe: false })
      const unsubscribe = await answer(subscribed, subscribeMilliseconds)
      try {
        yield* events
      } finally {
        if (!end.signal.aborted) await answer(unsubscribe(), subscribeMilliseconds)
      }
      if (!stopListening.aborted) throw toError(end.signal.reason)
    },
  }
}

/** What a callback is given, to be read one by one; ends, after all that came before, when `over` comes. */
function makeQueue(over: AbortSignal): { events: AsyncIterable<unknown>; push: (event: unknown) => void } {
  const waiting: unknown[] = []
  let bell = Promise.withResolvers<void>()
  over.addEventListener('abort', () => bell.resolve(), { once: true })
  async function* read() {
    while (!over.aborted || waiting.length > 0) {
      if (waiting.length === 0) await bell.promise
      bell = Promise.withResolvers<void>()
      if (waiting.length > waitingMost)
        throw new UnavailableError('Home Assistant sends more than can be taken in')
      yield* waiting.splice(0)
    }
  }
  return {
    events: read(),
    push(event) {
      if (waiting.length <= waitingMost) waiting.push(event)
      bell.resolve()
    },
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}
