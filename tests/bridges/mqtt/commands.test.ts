import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeHouse, makeState } from '../house.ts'
import { base, broker, discovery, hostile, isShown, read, run, scene, skip } from '../scene.ts'

test('commands become requests; what is retained, strange or too much does not', { skip }, async () => {
  await scene(makeState(), async ({ reader, bridge }) => {
    const commands = [
      ['analyse_now', 'PRESS'],
      ['acknowledge', 'PRESS'],
      ['scan_now', 'PRESS'],
      ['recap_now', 'PRESS'],
      ['spoken_alerts', 'OFF'],
      ['learning', 'OFF'],
      ['sensitivity', 'strict'],
    ] as const
    const garbage = ['', 'press', '{}', 'high; rm -rf /', hostile, '\u0000']
    for (const payload of garbage)
      for (const key of ['analyse_now', 'learning', 'sensitivity', 'severity', 'nothing'])
        await reader.send(`${base}/${key}/set`, payload)
    for (const [key, payload] of commands) await reader.send(`${base}/${key}/set`, payload)
    await reader.send('homeassistant/status', 'online')
    await reader.until(() => reader.all.filter(({ topic }) => topic === discovery).length === 2)
    assert.deepEqual(bridge.asked, [
      { kind: 'analyse' },
      { kind: 'acknowledge' },
      { kind: 'scan' },
      { kind: 'recap' },
      { kind: 'set', option: 'notifiers.speech.enabled', value: false },
      { kind: 'set', option: 'house.learning', value: 'off' },
      { kind: 'set', option: 'house.sensitivity', value: 'strict' },
    ])
    assert.equal(bridge.log.filter((line) => line.includes('ignored a command')).length, 1)
  })
})

test('a retained command does nothing', { skip }, async () => {
  const reader = await read(broker.address)
  await reader.send(`${base}/acknowledge/set`, 'PRESS', { retain: true })
  await scene(makeState(), async ({ bridge }) => {
    assert.deepEqual(bridge.asked, [])
    assert.ok(bridge.log.some((line) => line.includes('it is retained')))
  })
})

test('not many commands at once, and a house that fails ends the bridge', { skip }, async () => {
  const reader = await read(broker.address)
  const failing = Promise.withResolvers<never>()
  const bridge = run({ address: broker.address }, makeHouse(makeState()), {
    ask: async () => failing.promise,
  })
  await reader.until(() => isShown(reader.all))
  for (let count = 0; count < 20; count += 1) await reader.send(`${base}/analyse_now/set`, 'PRESS')
  await reader.send('homeassistant/status', 'online')
  await reader.until(() => reader.all.filter(({ topic }) => topic === discovery).length === 2)
  assert.equal(bridge.asked.length, 5)
  failing.reject(new Error('the store is closed'))
  await assert.rejects(bridge.done, /the store is closed/)
})
