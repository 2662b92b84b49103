import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import { type RecapTools, makeRecap } from '../../src/pipeline/recap.ts'
import { until } from '../daemon.ts'
import { openHouse, type TestHouse } from './house.ts'

function toolsOf(house: TestHouse): RecapTools {
  const { store, board, now } = house
  return { store, board, now, words: () => ({ advice: 'Look at it.' }), isLearning: () => false }
}

test('a day with one high, one medium and two low alerts', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  const claims: [string, string, number][] = [
    ['d-1', 'threat-intel', 0.95],
    ['d-2', 'dga', 0.9],
    ['d-3', 'new-domain', 0.9],
    ['d-4', 'unlisted', 0.9],
  ]
  for (const [device, detector, confidence] of claims)
    await house.claim({ device: toDeviceId(device), detector, confidence })
  await until(async () => ((await house.store.alerts.list({ limit: 9 })).length === 4 ? true : undefined), {
    seconds: 10,
    what: () => 'four alerts',
  })
  house.move('2026-11-20T12:05:00Z')
  house.board.set('collect/x', { title: 'X', state: 'ok' })
  const recap = await makeRecap(toolsOf(house))
  assert.equal(recap.headline, '1 high, 1 medium and 2 low alerts; all sources well')
  assert.deepEqual(
    recap.alerts.map(({ severity }) => severity),
    ['high', 'medium', 'low', 'low'],
  )
  assert.deepEqual(recap.alerts[0]?.advice, ['Look at it.'])

  house.board.set('collect/x', { state: 'waiting', reason: 'x is away' })
  house.move('2026-11-21T12:10:00Z')
  const next = await makeRecap(toolsOf(house))
  assert.equal(next.headline, 'no alerts; X not well', 'what was told yesterday is not told again')
  assert.equal(next.from.toISOString(), '2026-11-20T12:05:00.000Z')
  assert.notEqual(next.id, recap.id)
  assert.equal((await makeRecap(toolsOf(house))).id, `${next.id}.2`, 'asked for again')
})

test('after downtime it covers what was missed, two weeks at most; values stand beside the usual ones', async (t) => {
  const house = await openHouse(t)
  await makeRecap(toolsOf(house))
  house.move('2026-11-25T08:00:00Z')
  const queries = Array.from({ length: 48 }, (_, hour) => ({
    kind: 'dns-query' as const,
    at: new Date(Date.parse('2026-11-23T06:30:00Z') + hour * 3_600_000),
    address: '192.168.1.7',
    qname: `n${hour}.example${hour % 4}.com`,
    qtype: 'A',
  }))
  await house.store.events.save({ loop: 'collect/x', observations: queries })
  await house.store.baselines.learn(house.now())
  const recap = await makeRecap(toolsOf(house))
  assert.equal(recap.from.toISOString(), '2026-11-20T12:00:00.000Z')
  assert.deepEqual(recap.newDevices, ['192.168.1.7'])
  assert.equal(recap.newDomains, 4)
  const value = recap.values.find(({ subject }) => subject === 'DNS queries')
  assert.equal(value?.usual, 1, 'one query an hour is usual')
  house.move('2027-01-25T08:00:00Z')
  assert.equal((await makeRecap(toolsOf(house))).from.toISOString(), '2027-01-11T08:00:00.000Z')
})
