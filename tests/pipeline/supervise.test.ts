import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import timers from 'node:timers/promises'
import { mock, test } from 'node:test'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { makeBoard } from '../../src/core/health.ts'
import { makeLog } from '../../src/core/log.ts'
import { supervise } from '../../src/pipeline/supervise.ts'

/** A log whose lines can be read. */
function readableLog() {
  const lines: { level: string; msg: string }[] = []
  const to = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
  return { lines, log: makeLog({ level: 'debug', secrets: () => [], to }) }
}

test('a source that goes away is named once, and once when it is back', async (t) => {
  t.mock.method(timers, 'setTimeout', async () => undefined)
  const { lines, log } = readableLog()
  const board = makeBoard(() => new Date())
  const stop = new AbortController()
  const seen: string[] = []
  board.watch(stop.signal, ({ state }) => seen.push(state))
  let turn = 0
  await supervise(
    {
      name: 'collect/x',
      title: 'X',
      async run({ ok }) {
        turn += 1
        if (turn === 1) return ok()
        if (turn < 6) throw new UnavailableError('x does not answer')
        ok({ count: 3 })
        stop.abort()
      },
    },
    { board, log, stop: stop.signal },
  )
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['error', 'Unexpected: ended by itself'],
      ['warning', 'x does not answer'],
      ['info', 'works again'],
    ],
  )
  assert.deepEqual(seen, ['starting', 'ok', 'failing', 'waiting', 'ok'])
  assert.equal(board.row('collect/x')?.count, 3)
})

test('pauses grow from one second to a minute', async (t) => {
  const pauses: number[] = []
  const stop = new AbortController()
  t.mock.method(timers, 'setTimeout', async (milliseconds: number) => {
    pauses.push(milliseconds)
    if (pauses.length === 8) stop.abort()
  })
  const { log } = readableLog()
  const run = () => Promise.reject(new UnavailableError('away'))
  await supervise(
    { name: 'x', title: 'X', run },
    { board: makeBoard(() => new Date()), log, stop: stop.signal },
  )
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  mock.reset()
})

test('what a person must change is left alone until it is changed', async () => {
  const { lines, log } = readableLog()
  const board = makeBoard(() => new Date())
  const run = () => Promise.reject(new ConfigError('Set notifiers.x.webhook'))
  await supervise({ name: 'notify/x', title: 'X', run }, { board, log, stop: new AbortController().signal })
  assert.equal(board.row('notify/x')?.state, 'blocked')
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['Set notifiers.x.webhook'],
  )
})

test('what nobody misses is off and no fault, and begins when what it needs has come', async (t) => {
  t.mock.method(timers, 'setTimeout', async () => undefined)
  const { lines, log } = readableLog()
  const board = makeBoard(() => new Date())
  const stop = new AbortController()
  const seen: string[] = []
  board.watch(stop.signal, ({ state, reason }) => seen.push(`${state} ${reason ?? ''}`.trim()))
  let turn = 0
  await supervise(
    {
      name: 'collect/x',
      title: 'X',
      isMissed: () => false,
      async run({ ok }) {
        turn += 1
        if (turn < 4) throw new UnavailableError('there is no x here')
        if (turn === 4) {
          ok()
          throw new UnavailableError('x is gone')
        }
        stop.abort()
      },
    },
    { board, log, stop: stop.signal },
  )
  assert.deepEqual(seen, ['starting', 'off there is no x here', 'ok', 'waiting x is gone'])
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['info', 'there is no x here'],
      ['info', 'works'],
      ['warning', 'x is gone'],
    ],
  )
})

test('a right that nobody misses is looked for now and then, and said once', async (t) => {
  const pauses: number[] = []
  t.mock.method(timers, 'setTimeout', async (milliseconds: number) => void pauses.push(milliseconds))
  const { lines, log } = readableLog()
  const board = makeBoard(() => new Date())
  let turn = 0
  await supervise(
    {
      name: 'collect/x',
      title: 'X',
      isMissed: () => false,
      async run({ ok }) {
        turn += 1
        if (turn < 4) throw new ConfigError('Give the right to x')
        ok()
        throw new ConfigError('The right to x is gone')
      },
    },
    { board, log, stop: new AbortController().signal },
  )
  assert.deepEqual(pauses, [600_000, 600_000, 600_000])
  assert.equal(turn, 4, 'one that has worked is missed, and then it is a person’s turn')
  assert.equal(board.row('collect/x')?.state, 'blocked')
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['info', 'Give the right to x'],
      ['info', 'works'],
      ['warning', 'The right to x is gone'],
    ],
  )
})

test('what is not worth trying again soon is left alone for as long as it says', async (t) => {
  const pauses: number[] = []
  const stop = new AbortController()
  t.mock.method(timers, 'setTimeout', async (milliseconds: number) => {
    pauses.push(milliseconds)
    if (pauses.length === 2) stop.abort()
  })
  await supervise(
    {
      name: 'collect/x',
      title: 'X',
      run: () => Promise.reject(new UnavailableError('x found nothing', { retryAfter: 900 })),
    },
    { board: makeBoard(() => new Date()), log: readableLog().log, stop: stop.signal },
  )
  assert.deepEqual(pauses, [900_000, 900_000])
})
