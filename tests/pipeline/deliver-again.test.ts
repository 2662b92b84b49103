import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import type { Notifier } from '../../src/core/notifier.ts'
import type { Recap } from '../../src/core/recap.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { toMaintainLoop } from '../../src/pipeline/maintain.ts'
import { until } from '../daemon.ts'
import { makeRecorder, openHouse, type TestHouse } from './house.ts'

/** What is told a second time, and what is not. */

const device = toDeviceId('d-1')

function recapOf(id: string, at: Date): Recap {
  const span = { at, from: at, to: at }
  const nothing = { alerts: [], newDevices: [], newDomains: 0, values: [], health: [], learning: false }
  return { id, ...span, ...nothing, headline: 'no alerts; all sources well' }
}

async function begun({ store, telling }: TestHouse, notifier: Notifier) {
  const running = telling(notifier)
  await until(async () => (await store.cursors.get(`notify/${notifier.name}`)) ?? undefined, {
    seconds: 10,
    what: () => 'the start',
  })
  return running
}

const heard = (calls: () => readonly string[], wanted: readonly string[]) =>
  until(() => (calls().length >= wanted.length ? true : undefined), {
    seconds: 10,
    what: () => `${wanted.join()}, not ${calls().join()}`,
  }).then(() => assert.deepEqual(calls(), wanted))

test('a recap is told once, also when its notifier is started anew right after it', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  const running = await begun(house, text.notifier)
  await house.store.recaps.save(recapOf('2026-11-20', house.now()))
  await heard(text.calls, ['recap'])
  await running.end()
  house.telling(text.notifier)
  house.correlating()
  await house.claim({})
  await heard(text.calls, ['recap', 'new a1'])
})

test('a recap that can never be told is given up, and holds up nothing else', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  let tries = 0
  const { tell } = text.notifier
  await begun(house, {
    ...text.notifier,
    tell(message, context) {
      if (message.kind !== 'recap') return tell(message, context)
      tries += 1
      throw new Error('this recap is impossible')
    },
  })
  await house.store.recaps.save(recapOf('2026-11-20', house.now()))
  await until(() => (house.board.row('notify/recorder-text')?.state === 'failing' ? true : undefined), {
    seconds: 10,
    what: () => 'the failure',
  })
  await until(() => (house.board.row('notify/recorder-text')?.state === 'ok' ? true : undefined), {
    seconds: 10,
    what: () => 'the loop to go on',
  })
  assert.equal(tries, 1)
})

test('what has fallen and rises to high anew is told again: spoken too, and also what was told in a fold', async (t) => {
  const house = await openHouse(t)
  const [text, speech] = [makeRecorder('text'), makeRecorder('speech')]
  house.correlating()
  await begun(house, text.notifier)
  await begun(house, speech.notifier)
  const raise = async (severity: Verdict['severity'], minute: number) => {
    house.move(`2026-11-20T12:${String(minute).padStart(2, '0')}:00Z`)
    const alert = await until(() => house.store.alerts.current(device), { seconds: 10, what: () => 'it' })
    const { signalsSeq } = alert
    const said = {
      said: severity,
      severity,
      reason: 'because',
      evidence: ['s1'],
      status: 'ok',
      model: 'm',
    } as const
    await house.store.alerts.judge(alert.id, {
      at: house.now(),
      ...said,
      signalsSeq,
      latencyMs: 1,
      cached: false,
    })
    return alert.id
  }
  await house.claim({ detector: 'dga', target: 'x.example', confidence: 0.9 })
  const id = await raise('high', 1)
  await heard(speech.calls, [`new ${id}`])
  await heard(text.calls, [`new ${id}`])
  await raise('low', 2)
  await heard(text.calls, [`new ${id}`, `completed ${id}`])
  await until(async () => (await house.store.deliveries.of('notify/recorder-speech', { alert: id })).at(1), {
    seconds: 10,
    what: () => 'speech to know that it has fallen',
  })
  await raise('high', 3)
  await heard(text.calls, [`new ${id}`, `completed ${id}`, `again ${id}`])
  await heard(speech.calls, [`new ${id}`, `again ${id}`])
})

test('an alert that was acknowledged opens again, and is told, when something worse joins it', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  await begun(house, text.notifier)
  await house.claim({ detector: 'new-domain', target: 'x.example', confidence: 0.9 })
  const alert = await until(() => house.store.alerts.current(device), { seconds: 10, what: () => 'it' })
  await house.store.alerts.setStatus(alert.id, 'acknowledged')
  await house.claim({})
  await heard(text.calls, [`new ${alert.id}`])
  assert.equal((await house.store.alerts.get(alert.id))?.status, 'open')
})

test('a grant holds for the device that a provisional one turns out to be', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  await begun(house, text.notifier)
  const { store, now } = house
  const save = (address: string, mac?: string) =>
    store.events.save({
      loop: 'collect/test',
      observations: [
        mac === undefined
          ? { kind: 'dns-query', at: now(), address, qname: 'bad.example', qtype: 'A' }
          : { kind: 'presence', at: now(), address, mac, via: 'neighbour' },
      ],
    })
  await save('192.168.1.20', '3c:22:fb:00:00:01')
  await save('192.168.1.99')
  const provisional = store.devices.at('192.168.1.99')
  assert.ok(provisional)
  const from = now()
  const until_ = new Date(from.getTime() + 86_400_000)
  const about = { detector: 'threat-intel', target: 'bad.example', by: 'page', from, until: until_ }
  await store.grants.add([{ device: provisional.id, ...about }])
  await save('192.168.1.99', '3c:22:fb:00:00:01')
  const known = store.devices.at('192.168.1.20')
  assert.ok(known && known.id !== provisional.id)
  await house.claim({ device: known.id })
  const alert = await until(() => store.alerts.current(known.id), { seconds: 10, what: () => 'the alert' })
  assert.equal(alert.status, 'expected')
})

test('a clock that was set back does not hold up what is to be told', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  await begun(house, text.notifier)
  for (let at = 0; at < 10; at += 1) {
    await house.claim({ device: toDeviceId(`d-1${at}`) })
    await until(() => (text.calls().length > at ? true : undefined), { seconds: 10, what: () => `${at}` })
  }
  house.move('2026-11-20T11:00:00Z')
  await house.claim({ device: toDeviceId('d-20') })
  await until(() => (text.calls().length > 10 ? true : undefined), { seconds: 10, what: () => 'the next' })
})

test('what became high while it was muted is told when its quiet time is over', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  await begun(house, text.notifier)
  await house.claim({ detector: 'new-domain', target: 'x.example', confidence: 0.9 })
  const alert = await until(() => house.store.alerts.current(device), { seconds: 10, what: () => 'it' })
  await house.store.alerts.mute(alert.id, new Date('2026-11-20T13:00:00Z'))
  await house.claim({})
  await until(
    async () => ((await house.store.alerts.get(alert.id))?.severity === 'high' ? true : undefined),
    {
      seconds: 10,
      what: () => 'it to be high',
    },
  )
  // Another alert shows that the loop has passed it.
  await house.claim({ device: toDeviceId('d-2') })
  await heard(text.calls, ['new a2'])
  house.move('2026-11-20T13:00:01Z')
  house.run(
    toMaintainLoop({
      store: house.store,
      limits: () => ({ days: 30, bytes: 1e9, closeAfterHours: 12 }),
      loops: () => [],
      refreshIndicators: () => Promise.resolve([]),
      now: house.now,
    }),
  )
  await heard(text.calls, ['new a2', `new ${alert.id}`])
})
