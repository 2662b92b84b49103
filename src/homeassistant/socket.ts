import type { HaWebSocket } from 'home-assistant-js-websocket'
import * as z from 'zod'
import { ConfigError, UnavailableError } from '../core/errors.ts'
import { within } from '../core/time.ts'

/** Where Home Assistant is and what opens it. */
export interface Access {
  /** `http://homeassistant.local:8123`, or `http://supervisor/core` inside an app. */
  readonly address: string
  readonly token: string
  /** What a person does when the token is refused. */
  readonly remedy: string
}

/** Home Assistant itself waits 10 s for the token. */
const handshakeMilliseconds = 10_000

const handshake = z.union([
  z.object({ type: z.literal('auth_ok'), ha_version: z.string() }),
  z.object({ type: z.enum(['auth_required', 'auth_invalid']) }),
])

/** A websocket that Home Assistant has let in. Bounded in time; the library's own waits for an answer for ever. */
export function openSocket({ address, token, remedy }: Access, stop: AbortSignal): Promise<HaWebSocket> {
  const { host, origin, pathname } = new URL(address)
  const path = pathname.replace(/\/$/, '')
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}/api/websocket`)
  const { promise, resolve, reject } = Promise.withResolvers<HaWebSocket>()
  const deadline = within(handshakeMilliseconds, stop)
  // At once, not in a later turn: the next message may lie in the same packet, and is the library's.
  const leave = () => {
    socket.removeEventListener('message', onMessage)
    socket.removeEventListener('error', away)
    socket.removeEventListener('close', away)
    deadline.removeEventListener('abort', away)
  }
  const fail = (error: Error) => {
    leave()
    reject(error)
    socket.close()
  }
  const away = () => fail(new UnavailableError(`Home Assistant at ${host} does not answer: is it running?`))
  const onMessage = ({ data }: MessageEvent<unknown>) => {
    const message = toHandshake(data)
    if (message?.type === 'auth_ok') {
      leave()
      // The first message may ask the server to send several messages in one frame; the library counts on from id 2.
      socket.send(JSON.stringify({ id: 1, type: 'supported_features', features: { coalesce_messages: 1 } }))
      resolve(Object.assign(socket, { haVersion: message.ha_version }))
    } else if (message?.type === 'auth_required') {
      socket.send(JSON.stringify({ type: 'auth', access_token: token }))
    } else if (message?.type === 'auth_invalid') {
      fail(new ConfigError(`Home Assistant at ${host} refuses the token: ${remedy}`))
    } else {
      fail(new ConfigError(`homeassistant.address does not lead to Home Assistant: ${host} speaks otherwise`))
    }
  }
  socket.addEventListener('message', onMessage)
  socket.addEventListener('error', away)
  socket.addEventListener('close', away)
  deadline.addEventListener('abort', away)
  if (deadline.aborted) away()
  return promise
}

function toHandshake(data: unknown): z.infer<typeof handshake> | undefined {
  try {
    return handshake.safeParse(JSON.parse(String(data))).data
  } catch {
    return undefined
  }
}
