import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../src/core/verdict.ts'
import type { Store } from '../../src/store/store.ts'
import { at, correlate, high, nas, signal, tablet, wide, withStore } from './judging.ts'

const claim = (store: Store, ...changes: Parameters<typeof signal>[0][]) =>
  store.signals.claim({
    loop: 'detect/dga',
    signals: changes.map((change) => signal(change)),
    cursor: { seq: 1 },
  })

const verdict = (change: Partial<Verdict>): Verdict => ({
  at: at(12),
  severity: 'high',
  said: 'high',
  reason: 'because',
  evidence: ['s1'],
  status: 'ok',
  model: 'llama3.1:8b',
  signalsSeq: 1,
  latencyMs: 900,
  cached: false,
  ...change,
})

test('signals of a device open an alert with the default severity of its band', () =>
  withStore(async ({ store, reopen }) => {
    await claim(store(), {}, { target: 'b.example', at: at(11) })
    equal(await correlate(store(), nas, { confidence: 0.75 }), 'a1')
    const alert = {
      id: 'a1',
      device: nas,
      status: 'open',
      openedAt: at(12),
      updatedAt: at(11),
      title: 'looks made up',
      band: wide,
      confidence: 0.75,
      severity: 'low',
      seq: 1,
      signalsSeq: 1,
    }
    deepEqual(await store().alerts.get('a1'), alert)
    const again = await reopen()
    deepEqual(await again.alerts.current(nas), alert)
    equal(await again.alerts.current(tablet), undefined)
    equal(await again.alerts.get('a2'), undefined)
    deepEqual(
      (await again.signals.of('a1')).map(({ id, alert: its }) => [id, its]),
      [
        ['s1', 'a1'],
        ['s2', 'a1'],
      ],
    )
    deepEqual(await again.cursors.get('correlate'), { seq: 1 })
  }))

test('a correlation that changes nothing writes no alert; numbers grow with each change', () =>
  withStore(async ({ store }) => {
    await claim(store(), {})
    await correlate(store())
    await correlate(store(), nas, { changed: false })
    equal((await store().alerts.get('a1'))?.seq, 1)
    await correlate(store(), nas, { changed: false, confidence: 0.51 })
    deepEqual([(await store().alerts.get('a1'))?.seq, (await store().alerts.get('a1'))?.signalsSeq], [2, 1])
    await correlate(store(), nas, { changed: true })
    deepEqual([(await store().alerts.get('a1'))?.seq, (await store().alerts.get('a1'))?.signalsSeq], [3, 3])
    await claim(store(), { device: tablet })
    await correlate(store(), tablet)
    deepEqual(
      (await store().alerts.changed(2)).map(({ id, seq }) => [id, seq]),
      [
        ['a1', 3],
        ['a2', 4],
      ],
    )
  }))

for (const [what, given, expected] of [
  ['lifts inside the band', {}, 'high'],
  ['ungrounded counts too', { status: 'ungrounded', severity: 'none' }, 'none'],
  ['of an earlier state does not count', { signalsSeq: 0 }, 'low'],
  ['invalid is the default', { status: 'invalid' }, 'low'],
  ['late is the default', { status: 'timeout' }, 'low'],
  ['with a canary is the default', { status: 'canary' }, 'low'],
] as const)
  test(`a verdict that ${what}`, () =>
    withStore(async ({ store, reopen }) => {
      await claim(store(), {})
      await correlate(store())
      await store().alerts.judge('a1', verdict(given))
      const alert = await (await reopen()).alerts.get('a1')
      equal(alert?.severity, expected)
      deepEqual(alert?.verdict, verdict(given))
      equal(alert?.seq, 2)
      equal(alert?.signalsSeq, 1)
    }))

test('a verdict never leaves the band, whatever the band becomes, and ends with a change of the signals', () =>
  withStore(async ({ store }) => {
    await claim(store(), {})
    await correlate(store())
    await store().alerts.judge('a1', verdict({ severity: 'none' }))
    equal((await store().alerts.get('a1'))?.severity, 'none')
    await correlate(store(), nas, { changed: false, band: { ...wide, floor: 'medium' } })
    equal((await store().alerts.get('a1'))?.severity, 'medium')
    await correlate(store(), nas, { changed: true })
    equal((await store().alerts.get('a1'))?.severity, 'low')
    await store().alerts.judge('a1', verdict({ severity: 'none' }))
    await correlate(store(), nas, { band: high })
    await store().alerts.judge('a1', verdict({ severity: 'none', signalsSeq: 999 }))
    equal((await store().alerts.get('a1'))?.severity, 'high')
  }))

test('what is granted is expected; it opens again when something joins or the grant ends', () =>
  withStore(async ({ store }) => {
    const granted = { signals: [{ id: 's1', grant: 'g1' }], expected: true, changed: false }
    await claim(store(), {})
    await correlate(store(), nas, { ...granted, changed: true })
    equal((await store().alerts.get('a1'))?.status, 'expected')
    equal((await store().signals.of('a1'))[0]?.grant, 'g1')
    await correlate(store(), nas, { ...granted, confidence: 0.6 })
    equal((await store().alerts.get('a1'))?.status, 'expected')
    await correlate(store(), nas, { changed: false })
    equal((await store().alerts.get('a1'))?.status, 'open')
    equal('grant' in ((await store().signals.of('a1'))[0] ?? {}), false)
    await correlate(store(), nas, granted)
    await claim(store(), { target: 'b.example' })
    await correlate(store(), nas, { signals: [{ id: 's1', grant: 'g1' }, { id: 's2' }], changed: true })
    equal((await store().alerts.get('a1'))?.status, 'open')
  }))

test('a repeat that was correlated while a person said it is expected does not open it again', () =>
  withStore(async ({ store }) => {
    await claim(store(), {})
    await correlate(store())
    await store().alerts.setStatus('a1', 'expected')
    await correlate(store(), nas, { changed: false, confidence: 0.52 })
    equal((await store().alerts.get('a1'))?.status, 'expected')
  }))

test('a person’s acknowledgement stands until it is worse than what was acknowledged, and a closed alert is closed', () =>
  withStore(async ({ store }) => {
    await claim(store(), {})
    await correlate(store())
    const { alerts } = store()
    equal(await alerts.setStatus('a1', 'acknowledged'), true)
    const { seq } = (await alerts.get('a1')) ?? {}
    equal(await alerts.setStatus('a1', 'acknowledged'), true)
    equal((await alerts.get('a1'))?.seq, seq)
    await correlate(store(), nas, { confidence: 0.9 })
    equal((await alerts.get('a1'))?.status, 'acknowledged')
    await correlate(store(), nas, { band: high })
    deepEqual([(await alerts.get('a1'))?.status, (await alerts.get('a1'))?.severity], ['open', 'high'])
    equal(await alerts.mute('a1', at(20)), true)
    deepEqual((await alerts.get('a1'))?.mutedUntil, at(20))
    equal(await alerts.setStatus('a1', 'closed'), true)
    equal(await alerts.setStatus('a1', 'open'), false)
    equal(await alerts.mute('a1', at(20)), false)
    equal(await alerts.setStatus('a9', 'closed'), false)
    equal(await alerts.current(nas), undefined)
  }))

test('alerts close so long after their newest signal, also when that is not correlated yet', () =>
  withStore(async ({ store }) => {
    await claim(store(), { at: at(1) }, { device: tablet, at: at(1) })
    await correlate(store(), nas)
    await correlate(store(), tablet)
    await claim(store(), { device: tablet, at: at(11) })
    const commit = store().commit()
    deepEqual(await store().alerts.closeOlder(at(1)), [])
    equal(store().commit(), commit)
    await claim(store(), { detector: 'knock', at: at(11) })
    deepEqual(await store().alerts.closeOlder(at(2), ['knock']), ['a1'])
    equal((await store().alerts.get('a1'))?.status, 'closed')
    equal((await store().alerts.get('a2'))?.status, 'open')
  }))

test('what belongs to an alert that was closed meanwhile makes a new one of what has none', () =>
  withStore(async ({ store }) => {
    await claim(store(), {})
    await correlate(store())
    await claim(store(), { target: 'b.example' })
    await store().alerts.setStatus('a1', 'closed')
    const late = { alert: 'a1', signals: [{ id: 's1' }, { id: 's2' }] }
    equal(await correlate(store(), nas, late), 'a2')
    equal((await store().signals.of('a2')).map(({ id }) => id).join(), 's2')
    equal(await correlate(store(), nas, late), 'a1')
    equal((await store().alerts.list({ limit: 10 })).length, 2)
  }))

test('lists are worst and newest first, and can be narrowed', () =>
  withStore(async ({ store }) => {
    await claim(store(), { at: at(1) }, { device: tablet, at: at(9) })
    await correlate(store(), nas, { band: high })
    await correlate(store(), tablet)
    const ids = async (ask: Partial<Parameters<Store['alerts']['list']>[0]>) =>
      (await store().alerts.list({ limit: 10, ...ask })).map(({ id }) => id).join()
    equal(await ids({}), 'a1,a2')
    equal(await ids({ severity: ['low', 'medium'] }), 'a2')
    equal(await ids({ device: tablet }), 'a2')
    equal(await ids({ since: at(5) }), 'a2')
    equal(await ids({ limit: 1 }), 'a1')
    await store().alerts.setStatus('a1', 'acknowledged')
    equal(await ids({ status: ['open'] }), 'a2')
    equal(await ids({ status: ['open', 'acknowledged'] }), 'a1,a2')
    equal(await ids({ status: [] }), '')
  }))

test('a view has the device, the strongest signal first and each advice once', () =>
  withStore(async ({ store }) => {
    await claim(store(), {}, { target: 'b.example', confidence: 0.9 }, { detector: 'quiet', confidence: 0.1 })
    await correlate(store())
    const alert = await store().alerts.current(nas)
    if (!alert) throw new Error('no alert')
    const view = await store().alerts.view(alert, (detector) =>
      detector === 'dga' ? { advice: 'look at it', spoken: 'it asks for odd names' } : undefined,
    )
    deepEqual(
      view.signals.map(({ id }) => id),
      ['s2', 's1', 's3'],
    )
    deepEqual(view.advice, ['look at it'])
    equal(view.spoken, 'it asks for odd names')
    equal(view.deviceView.id, nas)
  }))
