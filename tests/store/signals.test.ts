import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { at, correlate, nas, signal, tablet, withStore } from './judging.ts'

test('a claim is kept with its numbers, across a restart', () =>
  withStore(async ({ store, reopen }) => {
    const claimed = signal({ cause: 'socket-1' })
    await store().signals.claim({ loop: 'detect/dga', signals: [claimed], cursor: { seq: 7 } })
    const again = await reopen()
    deepEqual(await again.signals.changed(0), [{ ...claimed, id: 's1', firstAt: at(10), count: 1, seq: 1 }])
    deepEqual(await again.cursors.get('detect/dga'), { seq: 7 })
  }))

test('a repeat updates its row only when it is later or surer, and is described by the strongest', () =>
  withStore(async ({ store, reopen }) => {
    const claim = async (change: Parameters<typeof signal>[0]) => {
      await store().signals.claim({ loop: 'detect/dga', signals: [signal(change)], cursor: { seq: 1 } })
      const [stored] = await store().signals.changed(0)
      return stored
    }
    await claim({})
    const commit = store().commit()
    equal((await claim({ summary: 'the same window again' }))?.seq, 1)
    equal(store().commit(), commit)
    const later = await claim({ at: at(11), confidence: 0.4, summary: 'later, weaker' })
    deepEqual(
      [later?.at, later?.firstAt, later?.confidence, later?.summary, later?.count, later?.seq],
      [at(11), at(10), 0.5, 'looks made up', 2, 2],
    )
    await reopen()
    const surer = await claim({ at: at(9), confidence: 0.9, summary: 'surer', evidence: { names: 9 } })
    deepEqual(
      [surer?.at, surer?.confidence, surer?.summary, surer?.evidence, surer?.id],
      [at(11), 0.9, 'surer', { names: 9 }, 's1'],
    )
  }))

test('identity is detector, device and target; no target is a target too', () =>
  withStore(async ({ store }) => {
    const { target: _, ...untargeted } = signal()
    const signals = [
      signal(),
      signal({ target: 'b.example' }),
      signal({ device: tablet }),
      signal({ detector: 'new-domain' }),
      untargeted,
      untargeted,
    ]
    await store().signals.claim({ loop: 'detect/dga', signals, cursor: { seq: 1 } })
    const stored = await store().signals.changed(0)
    deepEqual(
      stored.map(({ id }) => id),
      ['s1', 's2', 's3', 's4', 's5'],
    )
    equal('target' in (stored[4] ?? {}), false)
    const { signals: list } = store()
    equal((await list.list({ limit: 10, device: tablet })).length, 1)
    equal((await list.list({ limit: 10, detector: 'dga' })).length, 4)
    equal((await list.list({ limit: 2 })).length, 2)
    equal((await list.list({ limit: 10, since: at(11) })).length, 0)
  }))

test('text of strangers is kept as it is, and half a character becomes a whole one', () =>
  withStore(async ({ store }) => {
    const strange = [
      '"; DROP TABLE signals; --',
      'it\'s {"$date":1} \\ \n\u0007\u202e',
      'a\0b',
      'x'.repeat(20_000),
      '💥',
      '\ud800',
    ]
    await store().signals.claim({
      loop: 'detect/dga',
      signals: strange.map((text) =>
        signal({ target: text, summary: text, cause: text, evidence: { [text]: text } }),
      ),
      cursor: { seq: 1 },
    })
    await correlate(store(), nas, { title: strange.join() })
    for (const [index, kept] of (await store().signals.of('a1')).entries()) {
      const text = strange[index]?.toWellFormed() ?? ''
      deepEqual([kept.target, kept.summary, kept.cause], [text, text, text])
      equal(Object.values(kept.evidence)[0]?.toString().toWellFormed(), text)
    }
    equal((await store().signals.of('a1')).length, strange.length)
    await store().upkeep.backUp()
  }))

test('once its alert is closed, the same behaviour is a new signal and a new alert', () =>
  withStore(async ({ store, reopen }) => {
    const claim = (hour: number) =>
      store().signals.claim({
        loop: 'detect/dga',
        signals: [signal({ at: at(hour) })],
        cursor: { seq: hour },
      })
    await claim(1)
    equal(await correlate(store()), 'a1')
    await claim(2)
    equal(await correlate(store()), 'a1')
    await store().alerts.setStatus('a1', 'closed')
    await claim(3)
    equal(await correlate(store()), 'a2')
    await reopen()
    await claim(4)
    equal(await correlate(store()), 'a2')
    deepEqual(
      (await store().signals.of('a1')).map(({ id, count }) => [id, count]),
      [['s1', 2]],
    )
    deepEqual(
      (await store().signals.of('a2')).map(({ id, count }) => [id, count]),
      [['s2', 2]],
    )
  }))

test('a claim that cannot be written is as if it had not been', () =>
  withStore(async ({ store }) => {
    const claim = (cursor: unknown) =>
      store().signals.claim({ loop: 'detect/dga', signals: [signal({ confidence: 0.7 })], cursor })
    await rejects(claim({ seq: 1n }), /BigInt/)
    deepEqual(await store().signals.changed(0), [])
    await claim({ seq: 1 })
    await rejects(
      store().signals.claim({ loop: 'detect/dga', signals: [signal({ at: at(11) })], cursor: { seq: 1n } }),
    )
    await store().signals.claim({ loop: 'detect/dga', signals: [signal({ at: at(11) })], cursor: { seq: 2 } })
    deepEqual(
      (await store().signals.list({ limit: 9 })).map(({ at: when, count }) => [when, count]),
      [[at(11), 2]],
    )
  }))

test('claims wake those who wait for signals', () =>
  withStore(async ({ store }) => {
    const after = store().commit()
    const stop = new AbortController().signal
    const woken = store().changed(['signals'], { after, milliseconds: 20_000, stop })
    const started = performance.now()
    await store().signals.claim({ loop: 'detect/dga', signals: [signal()], cursor: { seq: 1 } })
    await woken
    equal(performance.now() - started < 2000, true)
    equal((await store().signals.changed(1)).length, 0)
    equal((await store().signals.list({ limit: 5, device: nas })).length, 1)
  }))
