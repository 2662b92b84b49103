import type { WebSocket } from 'ws'

/** One connection to the double. */
export interface Client {
  isIn: boolean
  readonly watches: Map<number, ReadonlySet<string>>
  readonly listens: Map<number, string>
  send(message: object): void
  result(id: number, result: unknown): void
  refuse(id: number, error: { code: string; message: string }): void
  event(id: number, event: object): void
  changed(entity: string, event: object): void
}

/** What is sent in one turn goes out as one array, as Home Assistant coalesces messages. */
export function toClient(peer: WebSocket): Client {
  let waiting: object[] = []
  const flush = () => {
    const messages = waiting
    waiting = []
    peer.send(JSON.stringify(messages.length === 1 ? messages[0] : messages))
  }
  const client: Client = {
    isIn: false,
    watches: new Map(),
    listens: new Map(),
    send(message) {
      if (!client.isIn || 'ha_version' in message) return peer.send(JSON.stringify(message))
      if (waiting.push(message) === 1) setImmediate(flush)
    },
    result: (id, result) => client.send({ id, type: 'result', success: true, result }),
    refuse: (id, error) => client.send({ id, type: 'result', success: false, error }),
    event: (id, event) => client.send({ id, type: 'event', event }),
    changed(entity, event) {
      for (const [id, entities] of client.watches) if (entities.has(entity)) client.event(id, event)
    },
  }
  return client
}
