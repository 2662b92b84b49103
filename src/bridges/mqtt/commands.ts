import type { Log } from '../../core/log.ts'
import type { RequestInput, RequestResult } from '../../core/request.ts'
import type { Received } from './connection.ts'
import type { Topics } from './discovery.ts'
import { table } from './entities.ts'

/** So many requests may be under way at once. */
const most = 5

export interface Commands {
  take(received: Received): void
}

/**
 * Commands from the broker, where anyone may write: only what a row of the table understands is asked of the house,
 * never what lay there retained, and never many at once. What is ignored is said once a kind. An `ask` that fails is
 * the house's fault and ends the bridge through `broken`.
 */
export function makeCommands({
  topics,
  log,
  ask,
  broken,
}: {
  topics: Topics
  log: Log
  ask: (request: RequestInput) => Promise<RequestResult>
  broken: AbortController
}): Commands {
  const entities = new Map(table.map((entity) => [topics.command(entity.key), entity]))
  const said = new Set<string>()
  let asking = 0

  function ignore(why: string, { topic, payload }: Received): void {
    if (said.has(why)) return
    said.add(why)
    log.warning(`ignored a command: ${why}`, { topic: topic.slice(0, 100), payload: payload.slice(0, 100) })
  }

  return {
    take(received) {
      const { topic, payload, isRetained } = received
      if (isRetained) return ignore('it is retained', received)
      const request = entities.get(topic)?.request?.(payload)
      if (request === undefined) return ignore('it is none of ours', received)
      if (asking >= most) return ignore('too many at once', received)
      asking += 1
      ask(request).then(
        ({ ok, message }) => {
          asking -= 1
          log.info('did what was asked', { request: request.kind, ok, message })
        },
        (error: unknown) => broken.abort(error),
      )
    },
  }
}
