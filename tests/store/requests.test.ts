import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Recap } from '../../src/core/recap.ts'
import type { Request } from '../../src/core/request.ts'
import { at, correlate, signal, withStore } from './judging.ts'

test('a request waits, across a restart, until it has its result', () =>
  withStore(async ({ store, reopen }) => {
    const first = await store().requests.ask({ kind: 'acknowledge', alert: 'a1' }, 'mqtt')
    const second = await store().requests.ask({ kind: 'set', option: 'a.b', value: { $date: 1 } }, 'page')
    await reopen()
    deepEqual(await store().requests.pending(), [
      { id: first, at: at(12), by: 'mqtt', request: { kind: 'acknowledge', alert: 'a1' } },
      { id: second, at: at(12), by: 'page', request: { kind: 'set', option: 'a.b', value: { $date: 1 } } },
    ])
    const after = store().commit()
    await store().requests.finish(first, { ok: true, message: 'Acknowledged' })
    await store().changed(['requests'], { after, milliseconds: 0, stop: new AbortController().signal })
    deepEqual(
      (await store().requests.pending()).map(({ id }) => id),
      [second],
    )
    deepEqual((await store().requests.get(first))?.result, { ok: true, message: 'Acknowledged' })
    equal(await store().requests.get(99), undefined)
  }))

test('what was asked about an alert is found, and nothing of another', () =>
  withStore(async ({ store }) => {
    const { requests } = store()
    const done = async (request: Request) =>
      requests.finish(await requests.ask(request, 'phone'), { ok: true, message: 'Done' })
    await done({ kind: 'mute', alert: 'a1', hours: 24 })
    await done({ kind: 'mute', alert: 'a12', hours: 1 })
    await done({ kind: 'name', device: 'd-1', label: '"alert":"a1"' })
    await done({ kind: 'acknowledge' })
    await requests.ask({ kind: 'acknowledge', alert: 'a1' }, 'page')
    deepEqual(
      (await requests.about('a1')).map(({ request }) => request),
      [
        { kind: 'mute', alert: 'a1', hours: 24 },
        { kind: 'acknowledge' },
        { kind: 'acknowledge', alert: 'a1' },
      ],
    )
  }))

test('a recap is kept as it was told, its times too', () =>
  withStore(async ({ store, reopen }) => {
    await store().signals.claim({ loop: 'detect/dga', signals: [signal()], cursor: { seq: 1 } })
    await correlate(store())
    const alerts = await store().alerts.list({ limit: 9 })
    const views = await Promise.all(
      alerts.map((alert) =>
        store().alerts.view(alert, () => ({ advice: 'look at it', spoken: 'something odd' })),
      ),
    )
    const recap: Recap = {
      id: '2026-11-20',
      at: at(8),
      from: at(0),
      to: at(8),
      alerts: views,
      newDevices: ['{"$date":1}'],
      newDomains: 3,
      values: [],
      health: [],
      learning: true,
      headline: '1 low alert',
    }
    await store().recaps.save(recap)
    await store().recaps.save({ ...recap, id: '2026-11-20.2', at: at(9) })
    await store().recaps.save({ ...recap, newDomains: 4 })
    await reopen()
    deepEqual(
      (await store().recaps.list(9)).map(({ id, newDomains }) => [id, newDomains]),
      [
        ['2026-11-20.2', 3],
        ['2026-11-20', 4],
      ],
    )
    equal((await store().recaps.newest())?.id, '2026-11-20.2')
    deepEqual((await store().recaps.list(9))[1], { ...recap, newDomains: 4 })
  }))
