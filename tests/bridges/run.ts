import { Writable } from 'node:stream'
import type * as z from 'zod'
import mqtt from '../../src/bridges/mqtt.ts'
import type { House } from '../../src/core/bridge.ts'
import type { Home } from '../../src/core/home.ts'
import { makeLog } from '../../src/core/log.ts'
import type { RequestInput } from '../../src/core/request.ts'

export const instance = 'abcd1234'

export interface Running {
  /** What commands have asked, in order. */
  readonly asked: RequestInput[]
  readonly log: readonly string[]
  /** How often it has been connected. */
  readonly readies: number
  /** Resolves when it has ended well, rejects when it has not. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

/** Runs the bridge once, as the pipeline does. */
export function runBridge(
  options: z.input<typeof mqtt.options>,
  house: House,
  { home, ask, now = () => new Date() }: { home?: Home; ask?: () => Promise<never>; now?: () => Date } = {},
): Running {
  const stop = new AbortController()
  const asked: RequestInput[] = []
  const log: string[] = []
  let readies = 0
  const to = new Writable({
    write(line, _, done) {
      log.push(String(line))
      done()
    },
  })
  const done = mqtt.run({
    options: mqtt.options.parse(options),
    log: makeLog({ level: 'debug', secrets: () => [], to }),
    stop: stop.signal,
    now,
    home,
    instance,
    version: '0.1.0',
    house,
    ready: () => {
      readies += 1
    },
    ask: async (request) => {
      asked.push(request)
      return (await ask?.()) ?? { ok: true, message: 'Done' }
    },
  })
  return {
    asked,
    log,
    get readies() {
      return readies
    },
    done,
    async stop() {
      stop.abort()
      await done
    },
  }
}
