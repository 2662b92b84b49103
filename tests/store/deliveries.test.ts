import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { at, withStore } from './judging.ts'

const told = (id: string) => ({ id, seq: 4, severity: 'high', status: 'open', detectors: ['dga'] }) as const
const intent = (key: string, ...ids: string[]) => ({
  notifier: 'discord',
  key,
  occasion: 'new',
  at: at(10),
  alerts: ids.map(told),
})

test('an intent is there after a kill, until its receipt is', () =>
  withStore(async ({ store, reopen }) => {
    const id = await store().deliveries.begin(intent('alert/a1', 'a1'))
    await reopen()
    deepEqual(await store().deliveries.unfinished('discord'), [{ id, ...intent('alert/a1', 'a1') }])
    deepEqual(await store().deliveries.unfinished('speech'), [])
    await store().deliveries.finish(id, { receipt: { message: '17', pinned: null } })
    await reopen()
    deepEqual(await store().deliveries.unfinished('discord'), [])
    deepEqual((await store().deliveries.of('discord', {}))[0]?.receipt, { message: '17', pinned: null })
    const next = await store().deliveries.begin(intent('alert/a1', 'a1'))
    equal(next > id, true)
    await store().deliveries.finish(next, { failed: 'the webhook is gone' })
    deepEqual(await store().deliveries.unfinished('discord'), [])
    equal((await store().deliveries.of('discord', {}))[1]?.failed, 'the webhook is gone')
  }))

test('deliveries are found by alert, folds too, by key and by time', () =>
  withStore(async ({ store }) => {
    const { deliveries } = store()
    await deliveries.begin(intent('alert/a1', 'a1'))
    await deliveries.begin({ ...intent('fold/1', 'a2', 'a1', 'a11'), at: at(11) })
    await deliveries.begin(intent('recap/2026-11-20'))
    const ids = async (ask: Parameters<typeof deliveries.of>[1]) =>
      (await deliveries.of('discord', ask)).map(({ id }) => id)
    deepEqual(await ids({}), [1, 2, 3])
    deepEqual(await ids({ alert: 'a1' }), [1, 2])
    deepEqual(await ids({ alert: 'a11' }), [2])
    deepEqual(await ids({ key: 'recap/2026-11-20' }), [3])
    deepEqual(await ids({ since: at(11) }), [2])
    deepEqual(await deliveries.of('speech', {}), [])
  }))

test('what a notifier must put back is remembered until it says so', () =>
  withStore(async ({ store, reopen }) => {
    equal(await store().deliveries.remembered('speech'), undefined)
    await store().deliveries.remember('speech', { volume: 0.3 })
    await store().deliveries.remember('speech', { volume: 0.4 })
    await reopen()
    deepEqual(await store().deliveries.remembered('speech'), { volume: 0.4 })
    await store().deliveries.remember('speech', undefined)
    equal(await store().deliveries.remembered('speech'), undefined)
  }))
