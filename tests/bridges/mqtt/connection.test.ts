import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectTcp, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import mqtt from '../../../src/bridges/mqtt.ts'
import { UnavailableError } from '../../../src/core/errors.ts'
import type { Broker, Home } from '../../../src/core/home.ts'
import { at, makeHouse, makeState } from '../house.ts'
import { base, broker, listen, read, run, skip, startOwn } from '../scene.ts'

test('a clean end says offline; the broker says it for a process that was killed', { skip }, async () => {
  const reader = await read(broker.address)
  const status = () => reader.newest(`${base}/status`)
  const bridge = run({ address: broker.address }, makeHouse(makeState()))
  await reader.until(() => status() === 'online')
  await bridge.stop()
  await reader.until(() => status() === 'offline')

  const child = spawn(process.execPath, [join(import.meta.dirname, 'victim.ts'), broker.address])
  await reader.until(() => status() === 'online')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await reader.until(() => status() === 'offline')
})

test(
  'a broker that dies ends the run; with the broker the next run has everything back',
  { skip },
  async () => {
    const own = await startOwn()
    const house = makeHouse(makeState({ openAlerts: 1 }))
    const first = run({ address: own.address }, house)
    const before = await read(own.address)
    await before.until(() => before.newest(`${base}/sensitivity/state`) !== undefined)
    const away = {
      name: 'UnavailableError',
      message: `The MQTT broker at 127.0.0.1:${own.port} does not answer`,
    }
    const ended = assert.rejects(first.done, away)
    await own.kill()
    await ended
    await assert.rejects(
      run({ address: own.address }, house).done,
      away,
      'the same words: they are said once',
    )
    await own.start()
    const again = run({ address: own.address }, house)
    const reader = await read(own.address)
    await reader.until(() => reader.newest(`${base}/open_alerts/state`) === '1')
    await again.stop()
  },
)

test('wrong credentials are said in one sentence without them', { skip }, async () => {
  const own = await startOwn({ user: { name: 'house', password: 'right-password' } })
  const house = makeHouse(makeState())
  const wrong = { address: own.address, username: 'house', password: 'wrong-password' }
  await assert.rejects(run(wrong, house).done, (error: Error) => {
    assert.ok(error instanceof UnavailableError)
    assert.match(error.message, /set bridges\.mqtt\.username and bridges\.mqtt\.password$/)
    assert.ok(!error.message.includes('wrong-password'))
    return true
  })
  const login = { username: 'house', password: 'right-password' }
  const bridge = run({ address: own.address, ...login }, house)
  const reader = await read(own.address, login)
  await reader.until(() => reader.newest(`${base}/status`) === 'online')
  await bridge.stop()
})

test('without an address, the broker is the one that Home Assistant knows', { skip }, async () => {
  const answers: (Broker | undefined)[] = [undefined, { host: '127.0.0.1', port: broker.port, ssl: false }]
  const refuse = () => assert.fail('not asked for')
  const home: Home = {
    isSupervised: true,
    call: refuse,
    states: refuse,
    watch: refuse,
    events: refuse,
    subscribe: refuse,
    send: refuse,
    isRunning: refuse,
    broker: async () => answers.shift(),
    apps: async () => undefined,
    page: refuse,
  }
  assert.equal(mqtt.isSetUp(mqtt.options.parse({}), undefined), false)
  assert.equal(mqtt.isSetUp(mqtt.options.parse({}), home), true)
  assert.equal(mqtt.isSetUp(mqtt.options.parse({}), { ...home, isSupervised: false }), false)
  await assert.rejects(run({}, makeHouse(makeState()), { home }).done, UnavailableError)
  const bridge = run({}, makeHouse(makeState()), { home })
  const reader = await read(broker.address)
  await reader.until(() => reader.newest(`${base}/status`) === 'online')
  await bridge.stop()
})

test('a broker that knows only MQTT 3.1.1 will do', { skip }, async () => {
  const refusal = Buffer.from([0x20, 0x02, 0x00, 0x01])
  // The protocol's level is the tenth byte of a CONNECT whose length takes one byte, the eleventh when it takes two.
  const levelOf = (connect: Buffer) => connect[((connect[1] ?? 0) & 0x80) === 0 ? 8 : 9]
  const levels: (number | undefined)[] = []
  const old = createServer((socket) => {
    socket.once('data', (connect) => {
      levels.push(levelOf(connect))
      if (levels.at(-1) === 5) {
        socket.end(refusal)
        return
      }
      const onward = connectTcp(broker.port, '127.0.0.1')
      onward.write(connect)
      socket.pipe(onward).pipe(socket)
      socket.on('error', () => onward.destroy())
    })
  })
  const port = await listen(old)
  const reader = await read(broker.address)
  const bridge = run({ address: `mqtt://127.0.0.1:${port}` }, makeHouse(makeState()))
  await reader.until(() => reader.newest(`${base}/sensitivity/state`) !== undefined)
  assert.deepEqual(levels, [5, 4])
  await bridge.stop()
  await reader.until(() => reader.newest(`${base}/status`) === 'offline')
})

test('a broker that falls silent holds up neither start nor end', { skip }, async () => {
  let stall: () => void = () => undefined
  const silent = createServer((socket) => {
    const onward = connectTcp(broker.port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    socket.on('error', () => onward.destroy())
    stall = () => onward.pause()
  })
  const port = await listen(silent)
  const house = makeHouse(makeState())
  const bridge = run({ address: `mqtt://127.0.0.1:${port}` }, house)
  const reader = await read(broker.address)
  await reader.until(() => reader.newest(`${base}/sensitivity/state`) !== undefined)
  stall()
  house.set(makeState({ openAlerts: 7 }))
  const begun = performance.now()
  await bridge.stop().catch((error: unknown) => assert.ok(error instanceof UnavailableError))
  assert.ok(performance.now() - begun < 4000)
})

test('the check says where it was let in, and who is not there', { skip }, async () => {
  const context = (address: string) => ({
    options: mqtt.options.parse({ address }),
    log: { debug() {}, info() {}, warning() {}, error() {}, named: () => assert.fail() },
    stop: new AbortController().signal,
    now: () => at,
    home: undefined,
  })
  assert.deepEqual(await mqtt.check(context(broker.address)), [
    { ok: true, message: `The MQTT broker at 127.0.0.1:${broker.port} lets us in` },
  ])
  await assert.rejects(mqtt.check(context('mqtt://127.0.0.1:1')), UnavailableError)
})
