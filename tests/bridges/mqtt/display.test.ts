import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, makeHealth, makeHouse, makeState } from '../house.ts'
import { componentsOf } from '../reader.ts'
import { base, broker, discovery, isShown, read, run, scene, skip } from '../scene.ts'

test('a row that stays away is removed: once as its bare platform, then not at all', { skip }, async () => {
  const pihole = makeHealth('collect/pihole-log')
  const health = [pihole, makeHealth('notify/discord')]
  await scene(makeState({ health }), async ({ reader, house, later }) => {
    const before = reader.all.length
    const told = () => reader.all.slice(before).filter(({ topic }) => topic === discovery)
    house.set(makeState({ health: [pihole, makeHealth('notify/discord', { state: 'off' })] }))
    await reader.until(() => told().length === 1)
    later(10)
    house.set(makeState({ health: [pihole] }))
    await reader.until(() => told().length === 3)
    const bare = Object.entries(componentsOf(told()[1]?.payload)).filter(
      ([, one]) => Object.keys(one).length === 1,
    )
    assert.equal(bare.length, 1)
    const [key = '', component] = bare[0] ?? []
    assert.match(key, /^health_notify_discord_[0-9a-f]{6}$/)
    assert.deepEqual(component, { platform: 'binary_sensor' })
    assert.ok(!(key in componentsOf(told()[2]?.payload)))
    assert.equal(reader.newest(`${base}/${key}/state`), '')
  })
})

test('a row that is away for a while keeps its life', { skip }, async () => {
  const temperatures = [{ sensor: 'gpu', value: 50, at }]
  await scene(makeState({ temperatures }), async ({ reader, house, later }) => {
    const before = reader.all.length
    const told = () => reader.all.slice(before).filter(({ topic }) => topic === discovery)
    house.set(makeState())
    await reader.until(() => told().length === 1)
    later(9)
    house.set(makeState({ temperatures }))
    await reader.until(() => told().length === 2)
    later(9)
    house.set(makeState())
    await reader.until(() => told().length === 3)
    assert.ok(told().every(({ payload }) => !payload.includes('{"platform":"sensor"}')))
  })
})

test('what an earlier run has told of is removed too', { skip }, async () => {
  const first = await read(broker.address)
  const gpu = makeState({ temperatures: [{ sensor: 'gpu', value: 50, at }] })
  const bridge = run({ address: broker.address }, makeHouse(gpu))
  await first.until(() => isShown(first.all))
  await bridge.stop()
  await scene(makeState(), async ({ reader, house, later }) => {
    later(10)
    house.set(makeState({ openAlerts: 1 }))
    await reader.until(() =>
      reader.all.some(
        ({ topic, payload }) =>
          topic === discovery && /"temperature_gpu_\w{6}":\{"platform":"sensor"\}/.test(payload),
      ),
    )
  })
})
