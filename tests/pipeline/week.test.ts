import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import { makeHouse } from '../../src/pipeline/house.ts'
import { toWeek } from '../../src/pipeline/week.ts'
import { until } from '../daemon.ts'
import { openHouse } from './house.ts'

test('the last seven days: alerts by severity, the worst, new devices; what is older is left out', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  const { store, board, now } = house
  const shown = makeHouse({
    ...{ store, board, pairs: [], now, words: () => undefined, spokenAlerts: () => true },
    learning: () => ({ on: false, until: now() }),
    sensitivity: () => 'balanced',
  })
  await store.events.save({
    loop: 'collect/x',
    observations: [{ kind: 'dns-query', at: now(), address: '192.168.1.7', qname: 'a.example', qtype: 'A' }],
  })
  for (const [device, detector] of [
    ['d-1', 'threat-intel'],
    ['d-2', 'unlisted'],
    ['d-3', 'unlisted'],
  ] as const)
    await house.claim({ device: toDeviceId(device), detector, confidence: 0.95 })
  await until(async () => ((await store.alerts.list({ limit: 9 })).length === 3 ? true : undefined), {
    seconds: 10,
    what: () => 'three alerts',
  })
  house.move('2026-11-20T12:05:00Z')
  const { week, open } = await shown.state()
  assert.deepEqual(
    open.map(({ severity }) => severity),
    ['high', 'low', 'low'],
  )
  const { alerts, worst, newDevices, headline } = week
  assert.deepEqual(alerts, { low: 2, medium: 0, high: 1 })
  assert.equal(worst?.severity, 'high')
  assert.deepEqual(newDevices, { count: 1, names: ['192.168.1.7'] })
  assert.equal(headline, '1 high and 2 low alerts; 1 new device')

  house.move('2026-11-28T12:00:00Z')
  assert.deepEqual((await shown.state()).week, {
    alerts: { low: 0, medium: 0, high: 0 },
    newDevices: { count: 0, names: [] },
    headline: 'no alerts; 0 new devices',
  })
})

test('of hundreds of new devices the newest are named, and all are counted', async (t) => {
  const { store, now } = await openHouse(t)
  const observations = Array.from({ length: 500 }, (_, index) => ({
    kind: 'dns-query' as const,
    at: new Date(now().getTime() - (500 - index) * 1000),
    address: `10.0.${Math.floor(index / 250)}.${index % 250}`,
    qname: 'a.example',
    qtype: 'A',
  }))
  await store.events.save({ loop: 'collect/x', observations })
  const { newDevices, headline } = toWeek([], store.devices, now())
  assert.equal(newDevices.count, 500)
  assert.equal(newDevices.names.length, 20)
  assert.equal(newDevices.names[0], '10.0.1.249')
  assert.equal(headline, 'no alerts; 500 new devices')
})
