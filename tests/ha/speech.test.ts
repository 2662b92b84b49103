import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { type Daemon, until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { logged, startHouse, stateOf } from './house.ts'

const skip = await withoutCore()
const both = ['media_player.announcer', 'media_player.cast']

const request = z.object({
  volume: z.number(),
  played: z.string().optional(),
  announce: z.literal(true).optional(),
  bytes: z.int().min(1).optional(),
})

/** The volume that was set, or what was played at which volume. */
function toWords({ volume, played }: z.infer<typeof request>): string {
  return played === undefined
    ? `volume ${volume}`
    : `${volume}: ${new URL(played).searchParams.get('message')}`
}

suite('alerts are spoken by the speakers of a real Home Assistant', { skip }, () => {
  let core: Core
  before(async () => {
    core = await startCore()
  })
  after(() => core.stop())

  /** What a speaker was asked to do, in words, from the nth record on. */
  async function heard(entity: string, from: number): Promise<string[]> {
    const all = (await core.recorded()).slice(from)
    return all.flatMap((one) => (one.entity === entity ? [toWords(request.parse(one))] : []))
  }

  /** Waits until the volume has been put back so often. */
  async function quietAgain(entity: string, from: number, times: number): Promise<string[]> {
    let last: string[] = []
    return until(
      async () => {
        last = await heard(entity, from)
        return last.filter((line) => line === 'volume 0.2').length >= times ? last : undefined
      },
      { seconds: 40, what: () => `${entity} to be quiet again: ${last.join('; ')}` },
    )
  }

  test('a high alert is said at the volume that was chosen, and two at once one after the other', async (t) => {
    const { daemon, attack, alertOf } = await startHouse(t, core, {
      notifiers: { speech: { volume: 60 } },
    })
    await ask(daemon, 'speakers', both)
    const begun = (await core.recorded()).length
    await attack('192.168.1.31')
    const sentence = 'High alert about a device: it was in touch with an address or name on a threat list.'
    const once = ['volume 0.6', `0.6: ${sentence}`, 'volume 0.2']
    assert.deepEqual(await quietAgain('cast', begun, 1), once)
    assert.deepEqual(await quietAgain('announcer', begun, 1), once)
    const { device } = await alertOf('192.168.1.31')
    await daemon.post('/api/requests', { kind: 'name', device, label: 'Living room TV' })
    // One that announces need not say when it has ended, and is waited for as long as a slow one may take.
    await ask(daemon, 'speakers', ['media_player.cast'])
    const next = (await core.recorded()).length
    await Promise.all([attack('192.168.1.32'), attack('192.168.1.33')])
    const [, , , up, second = '', down] = await quietAgain('cast', next, 2)
    assert.deepEqual([up, down], ['volume 0.6', 'volume 0.2'], 'not over each other')
    assert.match(second, /^0\.6: (?:High alert about a device|1 more alert waits)/)
    assert.deepEqual((await heard('cast', next)).slice(0, 3), once)
    assert.equal((await daemon.stop()).code, 0)
  })

  test('in quiet hours nothing is said; a speaker that is away is named in the log, once', async (t) => {
    const hour = 3_600_000
    const clock = (at: number) => new Date(at).toTimeString().slice(0, 5)
    const { daemon, attack } = await startHouse(t, core, {
      notifiers: { speech: { speakers: both, quietFrom: clock(Date.now() - hour) } },
    })
    await ask(daemon, 'quietUntil', clock(Date.now() + hour))
    const begun = (await core.recorded()).length
    await attack('192.168.1.34')
    await told(daemon, 1)
    assert.equal((await core.recorded()).length, begun)

    await ask(daemon, 'quietUntil', null)
    await core.set('cast', 'unavailable')
    await attack('192.168.1.35')
    await quietAgain('announcer', begun, 1)
    assert.deepEqual(await heard('cast', begun), [])
    await until(() => (naming(daemon, 'media_player.cast').length > 0 ? true : undefined), {
      seconds: 10,
      what: () => `a word about the cast: ${daemon.output()}`,
    })
    assert.equal(naming(daemon, 'media_player.cast').length, 1)

    await core.set('announcer', 'unavailable')
    const none = (await core.recorded()).length
    await attack('192.168.1.36')
    assert.match(await stateOf(daemon, 'notify/speech', 'waiting'), /media_player\.announcer.*unavailable/)
    await core.set('announcer', 'available')
    await core.set('cast', 'available')
    await quietAgain('announcer', none, 1)
    await stateOf(daemon, 'notify/speech', 'ok')
    assert.equal(naming(daemon, 'media_player.announcer').length, 1, daemon.output())
  })

  /** Sets an option of speech, and waits until its loop has begun anew with it. */
  async function ask(daemon: Daemon, option: string, value: string | string[] | null): Promise<void> {
    const set = { kind: 'set', option: `notifiers.speech.${option}`, value }
    assert.deepEqual(await daemon.post('/api/requests', set), { ok: true, message: 'Saved' })
    await stateOf(daemon, 'notify/speech', 'ok')
  }

  /** Warnings that name this speaker. */
  function naming(daemon: Daemon, speaker: string): string[] {
    return logged(daemon).filter((line) => line.includes('"level":"warning"') && line.includes(speaker))
  }

  /** Waits until speech has been told so often. */
  async function told(daemon: Daemon, times: number): Promise<void> {
    await until(
      async () => {
        const { state } = await daemon.get<{ state: { health: { loop: string; count: number }[] } }>(
          '/api/status',
        )
        const row = state.health.find(({ loop }) => loop === 'notify/speech')
        return (row?.count ?? 0) >= times ? true : undefined
      },
      { seconds: 10, what: () => `speech to be told: ${daemon.output()}` },
    )
  }
})
