import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { test } from 'node:test'
import { openStore } from '../src/store/open.ts'
import { makeFolder, startDaemon, until } from './daemon.ts'
import { startHomeDouble } from './homeassistant/home-double.ts'
import { startDiscordDouble } from './notifiers/discord-double.ts'

const kills = 100
const badDevices = 8

/** A generator of its own, so that the moments are the same in each run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function* randoms(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    yield state / 2 ** 32
  }
}

test(
  `killed ${kills} times while a log grows: every line once, every alert told, nothing spoken twice`,
  { timeout: 600_000 },
  async (t) => {
    const folder = await makeFolder(t)
    const log = join(folder, 'pihole.log')
    const list = join(folder, 'bad.txt')
    await writeFile(log, '')
    await writeFile(list, 'evil-control.example\n')
    const [home, discord] = await Promise.all([startHomeDouble(), startDiscordDouble()])
    t.after(() => Promise.all([home.close(), discord.close()]))
    const options = {
      collectors: {
        'pihole-log': { file: log },
        temperature: { enabled: false },
        neighbours: { enabled: false },
        'dhcp-leases': { enabled: false },
      },
      intel: { lists: [{ name: 'bad', file: list }] },
      notifiers: { discord: { webhook: discord.webhook }, speech: { speakers: ['media_player.kitchen'] } },
      homeassistant: { address: home.address, token: 'long-lived-token' },
      triage: { enabled: false },
    }
    // The first start makes the store and loads the list, so that a bad name is known whenever it comes.
    const first = await startDaemon(folder, options)
    await until(
      async () => {
        const { lists } = await first.get<{ lists: unknown[] }>('/api/stats')
        return lists.length > 0 ? true : undefined
      },
      { seconds: 20, what: () => `the list; ${first.output()}` },
    )
    await first.stop()

    const random = randoms(7)
    const next = () => random.next().value
    let written = 0
    let isGrowing = true
    const grow = async () => {
      while (isGrowing) {
        const lines = Array.from({ length: 40 }, () => lineOf(written++))
        await appendFile(log, lines.join(''))
        await timers.setTimeout(20)
      }
    }
    const growing = grow()
    for (let kill = 0; kill < kills; kill += 1) {
      const child = start(folder)
      await timers.setTimeout(300 + next() * 900)
      await end(child)
    }
    isGrowing = false
    await growing

    const last = await startDaemon(folder, options)
    const stored = async () => {
      const { kinds } = await last.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
      return kinds.find(({ kind }) => kind === 'dns-query')?.rows ?? 0
    }
    await until(async () => ((await stored()) >= written ? true : undefined), {
      seconds: 60,
      what: () => `${written} lines; ${last.output()}`,
    })
    const told = () =>
      new Set(
        discord
          .messages()
          .flatMap(({ embeds }) => [...JSON.stringify(embeds).matchAll(/\ba\d+\b/g)].map(([id]) => id)),
      )
    await until(() => (told().size >= badDevices ? true : undefined), {
      seconds: 30,
      what: () => `every alert to be told: ${[...told()].join()}; ${last.output()}`,
    })
    await last.stop()

    const store = await openStore({
      folder: join(folder, 'data'),
      memoryLimit: '64MB',
      now: () => new Date(),
    })
    t.after(() => store.close())
    const queries = await store.events.search({ kinds: ['dns-query'], limit: written + 1000 })
    const numbers = queries
      .map(({ event }) => ('qname' in event ? Number(/^n(\d+)\./.exec(event.qname)?.[1] ?? -1) : -1))
      .filter((number) => number >= 0)
    const bad = queries.length - numbers.length
    assert.equal(queries.length, written, 'every line once')
    assert.equal(new Set(numbers).size, written - bad, 'no line twice')
    const alerts = await store.alerts.list({ limit: 100 })
    assert.equal(alerts.length, badDevices)
    const spoken = home.calls.filter(({ service }) => service === 'speak').length
    const intents = await store.deliveries.of('notify/speech', {})
    assert.ok(spoken <= intents.length, `${spoken} sentences for ${intents.length} intents`)
    for (const { id } of alerts) {
      const own = intents.filter(({ alerts: about }) => about.some((one) => one.id === id))
      assert.ok(own.length <= 1, `${id} was spoken of ${own.length} times`)
    }
    const texts = await store.deliveries.of('notify/discord', {})
    const interrupted = texts.filter(({ failed }) => failed === 'interrupted').length
    const repeated = discord.messages().length - badDevices
    assert.ok(repeated <= interrupted, `${repeated} repeated texts, ${interrupted} interrupted deliveries`)
    t.diagnostic(
      `${written} lines, ${alerts.length} alerts, ${spoken} spoken, ${Math.max(0, repeated)} texts repeated`,
    )
  },
)

/** The n-th question; some devices ask for a bad name, once each. */
function lineOf(number: number): string {
  const stamp = new Date().toString().slice(4, 10).replace(/ 0/, '  ')
  const isBad = number % 5000 === 4999 && number < badDevices * 5000
  const name = isBad ? 'evil-control.example' : `n${number}.ordinary.example`
  const client = isBad ? `192.168.77.${100 + Math.floor(number / 5000)}` : `192.168.77.${number % 20}`
  return `${stamp} ${new Date().toTimeString().slice(0, 8)} dnsmasq[1]: query[A] ${name} from ${client}\n`
}

function start(folder: string): ChildProcess {
  return spawn(
    process.execPath,
    ['src/main.ts', '--data', join(folder, 'data'), '--config', join(folder, 'options.test.json')],
    { stdio: 'ignore' },
  )
}

async function end(child: ChildProcess): Promise<void> {
  assert.equal(child.exitCode, null, 'it lives until it is killed')
  child.kill('SIGKILL')
  await once(child, 'exit')
}
