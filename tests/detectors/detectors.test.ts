import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, test, type TestContext } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import type { Signal } from '../../src/core/signal.ts'
import { detectors } from '../../src/detectors/index.ts'
import { indicatorsOf } from '../../src/formats/threat-list.ts'
import { replay } from '../../src/pipeline/detect.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { type Case, casesIn, type Sight } from './cases.ts'

const cases = casesIn(import.meta.dirname)

// Each case waits for the store's commits, so that many go at once.
describe('cases', { concurrency: 6 }, () => {
  for (const one of cases) test(`${one.detector}: ${one.name}`, (context) => play(one, context))
})

test('each detector has an attack and an innocent case', () => {
  for (const { name } of detectors) {
    const names = cases.filter(({ detector }) => detector === name).map((one) => one.name)
    assert.ok(
      names.some((each) => each.startsWith('attack-')),
      name,
    )
    assert.ok(
      names.some((each) => each.startsWith('innocent-')),
      name,
    )
  }
})

async function play(one: Case, context: TestContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'detectors-'))
  const [first, last] = [one.events.at(0)?.saw.at, one.events.at(-1)?.saw.at]
  assert.ok(first && last, 'a case holds events')
  const store = await openStore({ folder, now: () => first })
  context.after(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const signals = await judged(one, { from: first, to: new Date(last.getTime() + 600_000) }, store)
  assert.deepEqual(
    signals.map((signal) => `${signal.device} ${signal.target ?? ''}`).toSorted(),
    one.expected.map(({ device, target = '' }) => `${idOf(device, store)} ${target}`).toSorted(),
  )
  for (const expected of one.expected) {
    const device = idOf(expected.device, store)
    const signal = signals.find((found) => found.device === device && found.target === expected.target)
    assert.ok(signal)
    const [least, most] = expected.confidence
    assert.ok(signal.confidence >= least && signal.confidence <= most, `confidence ${signal.confidence}`)
    if (expected.cause !== undefined) assert.equal(signal.cause ?? null, expected.cause)
    for (const [name, value] of Object.entries(expected.evidence ?? {}))
      assert.equal(signal.evidence[name], value, name)
    assert.ok(
      one.events.some(({ saw }) => saw.at.getTime() === signal.at.getTime()),
      'at is an event’s time',
    )
    assert.ok(signal.summary.length <= 200 && !signal.summary.endsWith('.'), signal.summary)
  }
}

/** Plays a case through the store, as the daemon would have stored it, and has its detector judge it. */
async function judged(one: Case, span: { from: Date; to: Date }, store: Store): Promise<readonly Signal[]> {
  const detector = detectors.find(({ name }) => name === one.detector)
  assert.ok(detector, `there is a detector ${one.detector}`)
  const pieces = await Array.fromAsync(indicatorsOf(one.list, 'list'))
  const indicators = pieces.map((piece) => piece.indicators).values()
  if (one.list.length > 0) await store.indicators.replace('list', Readable.from(indicators))
  await save(one.history, { imported: true }, store)
  await store.baselines.learn(span.from)
  await save(one.events, { imported: false }, store)
  const options = detector.options.parse({})
  return Array.fromAsync(replay([{ detector, options }], span, { store, now: () => span.to }))
}

async function save(sights: readonly Sight[], how: { imported: boolean }, store: Store): Promise<void> {
  for (const [loop, seen] of Map.groupBy(sights, ({ from }) => from)) {
    await store.events.save({ loop, observations: seen.map(({ saw }) => saw), ...how })
  }
}

function idOf(device: string, store: Store): string {
  return device === thisMachine ? device : (store.devices.at(device)?.id ?? `nobody at ${device}`)
}
