import { once } from 'node:events'
import { WebSocket } from 'ws'
import * as z from 'zod'

/** A websocket of the test's own to Core: nothing of the program's is in it. */
export interface Wire {
  /** The answer to a command; throws what Core refuses it with. */
  ask(command: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<unknown>
  /** Events of a command that subscribes, as they come, oldest first. */
  listen(command: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<readonly unknown[]>
  close(): void
}

const message = z.looseObject({ id: z.number().optional(), type: z.string() })
const answer = z.object({
  success: z.boolean(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
})

/** Opens one, let in with this token. */
export async function openWire(address: string, token: string): Promise<Wire> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/websocket`)
  const waiting = new Map<number, (result: z.infer<typeof answer>) => void>()
  const listeners = new Map<number, unknown[]>()
  const { promise: isIn, resolve, reject } = Promise.withResolvers<void>()
  socket.on('message', (data: Buffer) => {
    const received = message.parse(JSON.parse(data.toString()))
    const { id = 0, type } = received
    if (type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', access_token: token }))
    else if (type === 'auth_ok') resolve()
    else if (type === 'auth_invalid') reject(new Error('the token is refused'))
    else if (type === 'event') listeners.get(id)?.push(received['event'])
    else waiting.get(id)?.(answer.parse(received))
  })
  socket.on('error', reject)
  await once(socket, 'open')
  await isIn
  let last = 0

  async function send(command: object): Promise<unknown> {
    const { promise: asked, resolve: take } = Promise.withResolvers<z.infer<typeof answer>>()
    waiting.set(last, take)
    socket.send(JSON.stringify({ id: last, ...command }))
    const { success, result, error } = await asked
    if (!success) throw new Error(JSON.stringify({ command, error }))
    return result
  }

  return {
    ask(command) {
      last += 1
      return send(command)
    },
    async listen(command) {
      last += 1
      const events: unknown[] = []
      listeners.set(last, events)
      await send(command)
      return events
    },
    close: () => socket.close(),
  }
}
