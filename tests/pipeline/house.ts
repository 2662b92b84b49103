import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toDeviceId } from '../../src/core/device.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { makeBoard } from '../../src/core/health.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Message } from '../../src/core/message.ts'
import type { Notifier } from '../../src/core/notifier.ts'
import type { Signal } from '../../src/core/signal.ts'
import { type CorrelateTools, toCorrelateLoop } from '../../src/pipeline/correlate.ts'
import { type DeliverTools, toDeliverLoop } from '../../src/pipeline/deliver.ts'
import { type Loop, supervise } from '../../src/pipeline/supervise.ts'
import { openStore } from '../../src/store/open.ts'
import * as z from 'zod'

export type TestHouse = Awaited<ReturnType<typeof openHouse>>

/** A store of its own with the loops that a test asks for, and a clock that the test moves. */
export async function openHouse(t: { after(end: () => Promise<void>): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  let clock = new Date('2026-11-20T12:00:00Z')
  const now = () => clock
  const stop = new AbortController()
  const board = makeBoard(now)
  const log = makeLog({ level: 'error', secrets: () => [] })
  const store = await openStore({ folder, memoryLimit: '64MB', now })
  const running: Promise<void>[] = []
  t.after(async () => {
    stop.abort()
    await Promise.all(running)
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  function run(loop: Loop): { end(): Promise<void> } {
    const own = new AbortController()
    const ended = supervise(loop, { board, log, stop: AbortSignal.any([stop.signal, own.signal]) })
    running.push(ended)
    return {
      async end() {
        own.abort()
        await ended
      },
    }
  }

  const deliver: DeliverTools = {
    store,
    words: () => ({ advice: 'Look at it.' }),
    isCertain: (detector) => detector === 'threat-intel',
    speaksRaises: () => true,
    now,
    context: (turn, options) => ({ options, log: turn.log, stop: turn.stop, now, home: undefined }),
  }

  return {
    folder,
    store,
    board,
    stop: stop.signal,
    now,
    run,
    move: (to: string) => void (clock = new Date(to)),
    correlating: (change: Partial<CorrelateTools> = {}) =>
      run(toCorrelateLoop({ store, now, sensitivity: () => 'balanced', isLearning: () => false, ...change })),
    telling: (notifier: Notifier, change: Partial<DeliverTools> = {}) =>
      run(
        toDeliverLoop({ name: `notify/${notifier.name}`, notifier, options: {} }, { ...deliver, ...change }),
      ),
    claim: (...signals: Partial<Signal>[]) =>
      store.signals.claim({
        loop: 'detect/test',
        signals: signals.map((change) => signalOf(change, clock)),
        cursor: { seq: 0 },
      }),
  }
}

export function signalOf(change: Partial<Signal>, at: Date): Signal {
  return {
    detector: 'threat-intel',
    device: toDeviceId('d-1'),
    target: 'bad.example',
    at,
    confidence: 0.95,
    summary: 'asked for "bad.example", which is on the list bad',
    evidence: { queries: 1 },
    ...change,
  }
}

/** A notifier that keeps what it is told; it can be made to fail. */
export function makeRecorder(medium: Notifier['medium'], name = `recorder-${medium}`) {
  const told: Message[] = []
  const earlier: unknown[] = []
  let failure: Error | undefined
  const notifier: Notifier = {
    name,
    title: name,
    medium,
    options: z.object({}),
    async tell(message, context) {
      if (failure) throw failure
      told.push(message)
      earlier.push(context.earlier)
      return { number: told.length }
    },
  }
  return {
    notifier,
    told,
    earlier,
    fail: (error: Error | undefined = new UnavailableError('away')) => void (failure = error),
    work: () => void (failure = undefined),
    calls: () =>
      told.map((message) =>
        message.kind === 'alert' ? `${message.occasion} ${message.alert.id}` : message.kind,
      ),
  }
}
