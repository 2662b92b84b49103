import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type * as z from 'zod'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Message } from '../../src/core/message.ts'
import type { Receipt, TellContext } from '../../src/core/notifier.ts'
import { makeHome } from '../../src/homeassistant/connection.ts'
import speech, { isQuiet } from '../../src/notifiers/speech.ts'
import { makeAlertView } from '../core/alert-view.ts'
import { startHomeDouble, type HomeDouble } from '../homeassistant/home-double.ts'
import { until } from '../homeassistant/until.ts'

type Options = z.infer<typeof speech.options>
const sentence = 'High alert about a device: it does something unusual.'
const alert: Message = { kind: 'alert', occasion: 'new', alert: makeAlertView() }
const log = makeLog({ level: 'error', secrets: () => [] })

/** A house with speakers, and a memory that outlives a crash. */
async function enter(t: TestContext, given: z.input<typeof speech.options> = {}) {
  const double = await startHomeDouble()
  const stop = new AbortController()
  const home = makeHome({
    options: { address: double.address, token: 'long-lived-token' },
    log,
    stop: stop.signal,
  })
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const memory: (Receipt | undefined)[] = []
  const context = (changes: Partial<TellContext<Options>> = {}): TellContext<Options> => ({
    options: speech.options.parse({ speakers: ['media_player.kitchen'], ...given }),
    log,
    stop: stop.signal,
    now: () => new Date(2026, 10, 20, 20, 30),
    home,
    earlier: undefined,
    remembered: memory.at(-1),
    remember: async (state) => {
      memory.push(state)
    },
    ...changes,
  })
  return { double, context, memory }
}

/** What was asked of speakers, in words. */
const heard = ({ calls }: HomeDouble) =>
  calls.map(({ service, data, target }) => {
    const value = data['volume_level'] ?? data['message']
    const speaker = [data['media_player_entity_id'] ?? target['entity_id']].flat().join()
    return `${speaker} ${service} ${String(value)}`
  })

test('raises the volume, speaks, waits for the end, puts the volume back', async (t) => {
  const { double, context, memory } = await enter(t)
  assert.deepEqual(await speech.tell(alert, context()), { 'media_player.kitchen': 'spoken' })
  assert.deepEqual(double.calls, [
    {
      domain: 'media_player',
      service: 'volume_set',
      data: { volume_level: 0.6 },
      target: { entity_id: 'media_player.kitchen' },
    },
    {
      domain: 'tts',
      service: 'speak',
      data: { media_player_entity_id: ['media_player.kitchen'], message: sentence, cache: false },
      target: { entity_id: 'tts.piper' },
    },
    {
      domain: 'media_player',
      service: 'volume_set',
      data: { volume_level: 0.2 },
      target: { entity_id: 'media_player.kitchen' },
    },
  ])
  assert.deepEqual(memory, [
    { 'media_player.kitchen before': 0.2, 'media_player.kitchen set': 0.6 },
    undefined,
  ])
})

test('leaves a volume that somebody chose in between, and one that is right or not known', async (t) => {
  const { double, context, memory } = await enter(t, {
    speakers: ['media_player.kitchen', 'media_player.living_room'],
  })
  const telling = speech.tell(alert, context())
  double.behave({ lasts: 200 })
  await until(() => double.entities.get('media_player.kitchen')?.state === 'playing')
  double.set('media_player.kitchen', { attributes: { volume_level: 0.35 } })
  await telling
  assert.deepEqual(heard(double).toSorted(), [
    'media_player.kitchen speak ' + sentence,
    'media_player.kitchen volume_set 0.6',
    'media_player.living_room speak ' + sentence,
  ])
  assert.equal(memory.at(-1), undefined)
  double.calls.splice(0)
  double.set('media_player.kitchen', { attributes: { volume_level: 0.59 } })
  await speech.tell(alert, context())
  assert.ok(!heard(double).some((line) => line.includes('volume_set')))
})

test('after a crash the volume is put back, unless it was changed or the speaker is gone', async (t) => {
  const { double, context, memory } = await enter(t)
  const left = { 'media_player.kitchen before': 0.2, 'media_player.kitchen set': 0.6 }
  double.set('media_player.kitchen', { attributes: { volume_level: 0.6000000238 } })
  await speech.recover(context({ remembered: left }))
  assert.deepEqual(heard(double), ['media_player.kitchen volume_set 0.2'])
  assert.equal(memory.at(-1), undefined)

  double.set('media_player.kitchen', { attributes: { volume_level: 0.4 } })
  await speech.recover(context({ remembered: left }))
  assert.equal(double.calls.length, 1)

  double.set('media_player.kitchen', { state: 'unavailable' })
  await speech.recover(context({ remembered: left }))
  assert.deepEqual(memory.at(-1), left)
  assert.equal(double.calls.length, 1)

  // It comes back still loud, and the next sentence ends with the volume that people had chosen.
  double.set('media_player.kitchen', { state: 'idle', attributes: { volume_level: 0.6 } })
  await speech.tell(alert, context())
  assert.equal(heard(double).at(-1), 'media_player.kitchen volume_set 0.2')
})

test('a satellite announces; who is away is named, and nobody there means try again', async (t) => {
  const { double, context } = await enter(t, {
    speakers: ['assist_satellite.hall', 'media_player.bedroom'],
  })
  assert.deepEqual(await speech.tell(alert, context()), {
    'assist_satellite.hall': 'spoken',
    'media_player.bedroom': 'not spoken: unavailable',
  })
  assert.deepEqual(double.calls, [
    {
      domain: 'assist_satellite',
      service: 'announce',
      data: { message: sentence, preannounce: true },
      target: { entity_id: 'assist_satellite.hall' },
    },
  ])
  double.set('assist_satellite.hall', { state: 'unavailable' })
  await assert.rejects(speech.tell(alert, context()), UnavailableError)
  double.remove('assist_satellite.hall')
  double.remove('media_player.bedroom')
  await assert.rejects(speech.tell(alert, context()), ConfigError)
})

test('what was handed over is never said again, whatever happens after', async (t) => {
  const { double, context, memory } = await enter(t)
  double.behave({ lasts: 60_000 })
  const telling = speech.tell(alert, context())
  await until(() => double.entities.get('media_player.kitchen')?.state === 'playing')
  await double.die()
  const receipt = await telling
  assert.match(String(receipt['media_player.kitchen']), /^perhaps not heard: Home Assistant is not connected/)
  assert.deepEqual(memory.at(-1), { 'media_player.kitchen before': 0.2, 'media_player.kitchen set': 0.6 })
  await assert.rejects(speech.tell(alert, context()), UnavailableError)
})

test('waits for Home Assistant to have started, and gives up on what it refuses', async (t) => {
  const { double, context } = await enter(t)
  double.behave({ running: false })
  await assert.rejects(speech.tell(alert, context()), /still starting/)
  double.behave({
    running: true,
    refuses: { 'tts.speak': { code: 'service_validation_error', message: 'no' } },
  })
  await assert.rejects(
    speech.tell(alert, context()),
    (error) =>
      error instanceof Error && !(error instanceof UnavailableError) && /refuses: "no"/.test(error.message),
  )
  assert.equal(heard(double).at(-1), 'media_player.kitchen volume_set 0.2')
  double.remove('tts.piper')
  await assert.rejects(speech.tell(alert, context()), /has no voice: add/)
  const options = speech.options.parse({ speakers: ['media_player.kitchen'], voice: 'tts.cloud' })
  await assert.rejects(speech.tell(alert, context({ options })), /^ConfigError: notifiers\.speech\.voice/)
})

test('a speaker that stays silent is told with what to do; a test is for one speaker', async (t) => {
  const { double, context } = await enter(t)
  double.behave({ plays: false })
  const stop = new AbortController()
  const message: Message = { kind: 'test', target: 'media_player.kitchen' }
  const testing = assert.rejects(
    speech.tell(message, context({ stop: stop.signal })),
    /did not begin to play: if a Google speaker stays silent, set Settings/,
  )
  await until(() => double.calls.some(({ service }) => service === 'speak'))
  stop.abort()
  await testing
  await assert.rejects(speech.tell({ kind: 'test', target: 'light.desk' }, context()), /is not a speaker/)
  await speech.tell({ kind: 'test', target: 'assist_satellite.hall' }, context())
  assert.deepEqual(double.calls.at(-1)?.target, { entity_id: 'assist_satellite.hall' })
})

test('keeps quiet in quiet hours, except for a test; says neither recap nor completion', async (t) => {
  const { double, context } = await enter(t, { quietFrom: '20:00', quietUntil: '07:00' })
  assert.deepEqual(await speech.tell(alert, context()), { kept: 'quiet hours' })
  const completed: Message = { ...alert, occasion: 'completed' }
  assert.deepEqual(await speech.tell(completed, context()), { kept: 'not for speaking' })
  assert.equal(double.calls.length, 0)
  await speech.tell({ kind: 'test' }, context())
  assert.ok(double.calls.some(({ service }) => service === 'speak'))
})

test('quiet hours end on the minute and may span midnight', () => {
  const at = (hour: number, minute: number) => new Date(2026, 10, 20, hour, minute)
  const night = { quietFrom: '22:00', quietUntil: '07:30' }
  for (const [hour, minute, isSo] of [
    [21, 59, false],
    [22, 0, true],
    [0, 0, true],
    [7, 29, true],
    [7, 30, false],
  ] as const)
    assert.equal(isQuiet(night, at(hour, minute)), isSo, `${hour}:${minute}`)
  assert.equal(isQuiet({ quietFrom: '13:00', quietUntil: '14:00' }, at(13, 30)), true)
  assert.equal(isQuiet({ quietFrom: '13:00', quietUntil: '14:00' }, at(14, 0)), false)
  assert.equal(isQuiet({ quietFrom: '13:00', quietUntil: undefined }, at(13, 30)), false)
})

test('finds speakers and voices, and says what is wrong', async (t) => {
  const { double, context } = await enter(t, { speakers: ['media_player.bedroom', 'media_player.attic'] })
  const checks = await speech.check(context())
  assert.deepEqual(
    checks.map(({ ok, target, message }) => `${ok ? 'ok' : 'no'} ${target ?? '-'} ${message.slice(0, 40)}`),
    [
      'ok assist_satellite.hall Speaker "Hall" (assist_satellite.hall) i',
      'no media_player.bedroom Speaker media_player.bedroom is unavaila',
      'ok media_player.kitchen Speaker "Kitchen" (media_player.kitchen)',
      'ok media_player.living_room Speaker "Living room" (media_player.livi',
      'no - Home Assistant has no media_player.attic',
      'ok - Voice "Piper" (tts.piper) is there.',
      'ok - If a Google speaker stays silent, set Se',
    ],
  )
  for (const id of double.entities.keys()) double.remove(id)
  const empty = await speech.check(context())
  assert.ok(empty.every(({ ok }) => !ok))
  assert.equal(speech.isSetUp({ ...context().options, speakers: [] }, context().home), false)
  assert.equal(speech.isSetUp(context().options, undefined), false)
})
