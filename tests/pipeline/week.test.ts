import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import { makeHouse } from '../../src/pipeline/house.ts'
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
  assert.deepEqual(newDevices, ['192.168.1.7'])
  assert.equal(headline, '1 high and 2 low alerts; 1 new device')

  house.move('2026-11-28T12:00:00Z')
  assert.deepEqual((await shown.state()).week, {
    alerts: { low: 0, medium: 0, high: 0 },
    newDevices: [],
    headline: 'no alerts; 0 new devices',
  })
})
