import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { until } from '../daemon.ts'
import { makeRecorder, openHouse, type TestHouse } from './house.ts'

const seconds = 10
const wait = (calls: () => readonly string[], count: number) =>
  until(() => (calls().length >= count ? true : undefined), {
    seconds,
    what: () => `${count} calls, not ${calls().join()}`,
  })

/** Lets every loop have its turn: what was not told by then is not told. */
async function settle({ store, claim }: TestHouse, marker: string): Promise<void> {
  await claim({ detector: 'unlisted', device: toDeviceId(`d-${marker}`), target: marker, confidence: 0.1 })
  await until(async () => ((await store.alerts.current(toDeviceId(`d-${marker}`))) ? true : undefined), {
    seconds,
    what: () => 'the marker',
  })
}

function verdictOf(signalsSeq: number, at: Date, severity: Verdict['severity'] = 'high'): Verdict {
  return {
    at,
    severity,
    said: severity,
    reason: 'because',
    evidence: ['s1'],
    status: 'ok',
    model: 'm',
    signalsSeq,
    latencyMs: 1,
    cached: false,
  }
}

test('high is told at once, low is not; a verdict completes what was told, in place', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  const speech = makeRecorder('speech')
  house.correlating()
  house.telling(text.notifier)
  house.telling(speech.notifier)
  await settle(house, 'first')
  await house.claim({})
  await wait(text.calls, 1)
  await wait(speech.calls, 1)
  const alert = await house.store.alerts.current(toDeviceId('d-1'))
  assert.ok(alert)
  house.move('2026-11-20T12:01:00Z')
  await house.store.alerts.judge(alert.id, verdictOf(alert.signalsSeq, house.now()))
  await wait(text.calls, 2)
  await settle(house, 'second')
  assert.deepEqual(text.calls(), [`new ${alert.id}`, `completed ${alert.id}`])
  assert.deepEqual(text.earlier, [undefined, { number: 1 }], 'it is told what it told before')
  assert.deepEqual(speech.calls(), [`new ${alert.id}`], 'speech is never completed')
})

test('a restart tells nothing again, and a new notifier nothing older than itself', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  const running = house.telling(text.notifier)
  await settle(house, 'first')
  await house.claim({})
  await wait(text.calls, 1)
  await running.end()
  house.telling(text.notifier)
  const late = makeRecorder('text', 'late')
  house.telling(late.notifier)
  await until(async () => (await house.store.cursors.get('notify/late')) ?? undefined, {
    seconds,
    what: () => 'the new one',
  })
  await house.claim({ device: toDeviceId('d-2') })
  await wait(text.calls, 2)
  await wait(late.calls, 1)
  assert.deepEqual(text.calls(), ['new a2', 'new a3'])
  assert.deepEqual(late.calls(), ['new a3'])
})

test('what could not be told is told when the channel is back; what never can be is given up', async (t) => {
  const house = await openHouse(t)
  const text = makeRecorder('text')
  house.correlating()
  house.telling(text.notifier)
  await settle(house, 'first')
  text.fail()
  await house.claim({})
  await until(() => (house.board.row('notify/recorder-text')?.state === 'waiting' ? true : undefined), {
    seconds,
    what: () => 'the failure',
  })
  text.work()
  await wait(text.calls, 1)
  text.fail(new Error('this message is impossible'))
  await house.claim({ device: toDeviceId('d-2') })
  await until(() => (house.board.row('notify/recorder-text')?.state === 'failing' ? true : undefined), {
    seconds,
    what: () => 'the bug',
  })
  text.work()
  await house.claim({ device: toDeviceId('d-3') })
  await wait(text.calls, 2)
  assert.deepEqual(text.calls(), ['new a2', 'new a4'])
})

test('an interrupted text may be repeated, speech never', async (t) => {
  const house = await openHouse(t)
  const [text, speech] = [makeRecorder('text'), makeRecorder('speech')]
  house.correlating()
  const first = [house.telling(text.notifier), house.telling(speech.notifier)]
  await settle(house, 'first')
  for (const running of first) await running.end()
  await house.claim({})
  const alert = await until(() => house.store.alerts.current(toDeviceId('d-1')), {
    seconds,
    what: () => 'the alert',
  })
  for (const medium of ['text', 'speech']) {
    // A kill between intent and receipt leaves this behind.
    const told = {
      id: alert.id,
      seq: alert.seq,
      severity: alert.severity,
      status: alert.status,
      detectors: ['threat-intel'],
    }
    await house.store.deliveries.begin({
      notifier: `notify/recorder-${medium}`,
      key: `alert/${alert.id}`,
      occasion: 'new',
      at: house.now(),
      alerts: [told],
    })
  }
  house.telling(text.notifier)
  house.telling(speech.notifier)
  await wait(text.calls, 1)
  await house.claim({ device: toDeviceId('d-2') })
  await wait(speech.calls, 1)
  assert.equal(text.calls()[0], `new ${alert.id}`)
  assert.equal(speech.calls().includes(`new ${alert.id}`), false)
})

test('a flood is folded', async (t) => {
  const house = await openHouse(t)
  const [text, speech] = [makeRecorder('text'), makeRecorder('speech')]
  house.correlating()
  await settle(house, 'first')
  house.telling(text.notifier)
  house.telling(speech.notifier)
  await until(async () => (await house.store.cursors.get('notify/recorder-speech')) ?? undefined, {
    seconds,
    what: () => 'the start',
  })
  await until(async () => (await house.store.cursors.get('notify/recorder-text')) ?? undefined, {
    seconds,
    what: () => 'the start',
  })
  await house.claim(...Array.from({ length: 40 }, (_, at) => ({ device: toDeviceId(`d-${100 + at}`) })))
  await wait(text.calls, 4)
  await wait(speech.calls, 2)
  assert.equal(text.calls().at(-1), 'fold')
  const folded = text.told.flatMap((message) => (message.kind === 'fold' ? message.alerts : []))
  assert.equal(folded.length + 3, 40, 'none is lost')
  assert.deepEqual(speech.calls().slice(-1), ['fold'])

  // One after the other they are held back once there were too many, and told as one when the time is over.
  for (let more = 0; more < 12; more += 1) {
    await house.claim({ device: toDeviceId(`d-${200 + more}`) })
    await until(() => house.store.alerts.current(toDeviceId(`d-${200 + more}`)), {
      seconds,
      what: () => 'the alert',
    })
  }
  await until(() => (text.calls().length >= 10 ? true : undefined), {
    seconds,
    what: () => text.calls().join(),
  })
  await settle(house, 'second')
  // A turn that began before there were too many tells what it has: three, and the rest as one.
  assert.ok(text.calls().length <= 13, text.calls().join())
  house.move('2026-11-20T12:11:00Z')
  await house.claim({ device: toDeviceId('d-300') })
  await until(() => (told(text.told).size === 53 ? true : undefined), {
    seconds,
    what: () => `all to be told, not ${told(text.told).size}`,
  })
})

function told(messages: ReturnType<typeof makeRecorder>['told']): Set<string> {
  return new Set(
    messages.flatMap((message) =>
      message.kind === 'alert'
        ? [message.alert.id]
        : message.kind === 'fold'
          ? message.alerts.map(({ id }) => id)
          : [],
    ),
  )
}

test('what the model alone raises to high is told; it is spoken three times a day at most, or never', async (t) => {
  const house = await openHouse(t)
  const [text, speech, silent] = [
    makeRecorder('text'),
    makeRecorder('speech'),
    makeRecorder('speech', 'silent'),
  ]
  house.correlating()
  await settle(house, 'first')
  house.telling(text.notifier)
  house.telling(speech.notifier)
  house.telling(silent.notifier, { speaksRaises: () => false })
  for (const name of ['recorder-text', 'recorder-speech', 'silent'])
    await until(async () => (await house.store.cursors.get(`notify/${name}`)) ?? undefined, {
      seconds,
      what: () => 'the start',
    })
  for (let raise = 1; raise <= 5; raise += 1) {
    house.move(`2026-11-20T1${2 + raise}:00:00Z`)
    const device = toDeviceId(`d-9${raise}`)
    await house.claim({ device, detector: 'dga', target: 'x.example', confidence: 0.9 })
    const alert = await until(() => house.store.alerts.current(device), { seconds, what: () => 'the alert' })
    assert.equal(alert.severity, 'medium')
    await house.store.alerts.judge(alert.id, verdictOf(alert.signalsSeq, house.now()))
    await wait(text.calls, raise)
  }
  await settle(house, 'second')
  assert.equal(text.calls().filter((call) => call.startsWith('new')).length, 5)
  assert.equal(speech.calls().length, 3)
  assert.equal(silent.calls().length, 0)
})
