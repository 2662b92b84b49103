import assert from 'node:assert/strict'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { chromium } from 'playwright-core'
import { startMosquitto } from './bridges/mosquitto.ts'
import { startReader } from './bridges/reader.ts'
import { startDnsmasq } from './collectors/dnsmasq.ts'
import { type Daemon, makeFolder, startDaemon, until } from './daemon.ts'
import { startHomeDouble } from './homeassistant/home-double.ts'
import { startDiscordDouble } from './notifiers/discord-double.ts'
import { find, without } from './partners.ts'
import { says, startDouble, valid } from './triage/ollama-double.ts'

/** One thread all through: from a line that a real dnsmasq writes to people. */

const bad = 'evil-control.example'
const skip = without('dnsmasq', 'dnsmasq-base') || without('mosquitto')

interface Row {
  readonly id: string
  readonly severity: string
  readonly title: string
  readonly verdict?: { readonly reason: string; readonly status: string }
}
interface Health {
  readonly loop: string
  readonly state: string
  readonly reason?: string
}

const healthOf = async (daemon: Daemon, loop: string): Promise<Health | undefined> => {
  const { state } = await daemon.get<{ state: { health: Health[] } }>('/api/status')
  return state.health.find((row) => row.loop === loop)
}

const isWell = (daemon: Daemon, loop: string) =>
  until(async () => ((await healthOf(daemon, loop))?.state === 'ok' ? true : undefined), {
    seconds: 30,
    what: () => `${loop} to be well: ${daemon.output()}`,
  })

/** A port of loopback that nobody listens on, for a partner that appears later. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

async function makeHouse(t: TestContext) {
  const folder = await makeFolder(t)
  await mkdir(join(folder, 'lists'))
  await writeFile(join(folder, 'lists', 'bad.txt'), `${bad}\nanother-bad.example\n`)
  const log = join(folder, 'dnsmasq.log')
  const options = (partners: { home: string; discord: string; broker: string; model: string }) => ({
    collectors: {
      'pihole-log': { file: log },
      temperature: { enabled: false },
      neighbours: { enabled: false },
    },
    intel: { lists: [{ name: 'bad', file: join(folder, 'lists', 'bad.txt') }] },
    notifiers: { discord: { webhook: partners.discord }, speech: { speakers: ['media_player.kitchen'] } },
    bridges: { mqtt: { address: partners.broker } },
    homeassistant: { address: partners.home, token: 'long-lived-token' },
    triage: { address: partners.model },
  })
  return { folder, log, options }
}

test(
  'a name on a threat list becomes a message, a state, a sentence and a row on the page',
  { skip },
  async (t) => {
    const { folder, log, options } = await makeHouse(t)
    const [home, discord, broker, model] = await Promise.all([
      startHomeDouble(),
      startDiscordDouble(),
      startMosquitto(),
      startDouble(),
    ])
    const reader = await startReader(broker.address)
    model.react(says(valid({ severity: 'high', reason: 'A name that is known as bad was asked for' })))
    const dns = await startDnsmasq(log, [
      'log-queries',
      `address=/${bad}/203.0.113.9`,
      'address=/ordinary.example/203.0.113.10',
    ])
    const daemon = await startDaemon(
      folder,
      options({ home: home.address, discord: discord.webhook, broker: broker.address, model: model.address }),
    )
    t.after(async () => {
      await daemon.kill()
      await Promise.all([
        dns[Symbol.asyncDispose](),
        reader.close(),
        home.close(),
        discord.close(),
        model.stop(),
      ])
      await broker.close()
    })
    for (const loop of ['collect/pihole-log', 'notify/discord', 'notify/speech', 'bridge/mqtt', 'maintain'])
      await isWell(daemon, loop)
    await dns.ask('ordinary.example', 'A')

    const began = performance.now()
    await dns.ask(bad, 'A')
    await until(() => discord.messages()[0], { seconds: 5, what: () => `the message; ${daemon.output()}` })
    const milliseconds = performance.now() - began
    assert.ok(milliseconds < 2000, `from the question to the message: ${milliseconds} ms`)

    const embed = () => JSON.stringify(discord.messages()[0]?.embeds)
    await until(() => (embed().includes('known as bad') ? true : undefined), {
      seconds: 10,
      what: () => `the reason in ${embed()}; ${model.chats.length} questions; ${daemon.output()}`,
    })
    assert.equal(discord.messages().length, 1, 'completed in place')
    assert.ok((discord.messages()[0]?.edits ?? 0) >= 1)

    const spoken = () => home.calls.filter(({ service }) => service === 'speak')
    await until(() => (spoken().length > 0 ? true : undefined), { seconds: 10, what: () => 'the sentence' })
    assert.match(String(spoken()[0]?.data['message']), /^High alert/)
    assert.equal(
      String(spoken()[0]?.data['message']).includes('evil'),
      false,
      'no text of strangers is spoken',
    )

    const notified = () => home.calls.filter(({ domain }) => domain === 'persistent_notification')
    await until(() => (notified().length > 0 ? true : undefined), {
      seconds: 10,
      what: () => 'the notification',
    })

    const state = (key: string) =>
      reader.all.findLast(({ topic }) => topic.startsWith('hearthwarden/') && topic.endsWith(`/${key}/state`))
        ?.payload
    await reader.until(
      () => state('severity') === 'high' && state('threat') === 'ON',
      'severity high, a threat',
    )

    const alerts = await daemon.get<Row[]>('/api/alerts')
    assert.equal(alerts.length, 1)
    assert.equal(alerts[0]?.verdict?.status, 'ok')

    if (find('chromium')) await seeRow(daemon, alerts[0]?.title ?? '')
    assert.equal(daemon.output().includes(discord.token), false, 'the webhook is a secret')
    assert.equal(daemon.output().includes('long-lived-token'), false, 'the token is a secret')

    const { code, milliseconds: took } = await daemon.stop()
    assert.equal(code, 0)
    assert.ok(took < 5000, `ended after ${took} ms`)
  },
)

/** A person opens the link and reads. */
async function seeRow(daemon: Daemon, title: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: find('chromium') || 'chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`${daemon.address}/?token=${daemon.token}`)
    await page.getByText(title).first().waitFor({ timeout: 10_000 })
    await page.getByText('known as bad').first().waitFor({ timeout: 10_000 })
  } finally {
    await browser.close()
  }
}

test(
  'partners that are absent, appear later and die in between cost nothing',
  { skip, timeout: 180_000 },
  async (t) => {
    const { folder, log, options } = await makeHouse(t)
    const [homePort, brokerPort, modelPort] = [await freePort(), await freePort(), await freePort()]
    const discord = await startDiscordDouble()
    const at = (port: number) => `127.0.0.1:${port}`
    discord.answer(...Array.from({ length: 3 }, () => ({ status: 500, body: {} })))
    const daemon = await startDaemon(
      folder,
      options({
        home: `http://${at(homePort)}`,
        discord: discord.webhook,
        broker: `mqtt://${at(brokerPort)}`,
        model: `http://${at(modelPort)}`,
      }),
    )
    const ends: (() => Promise<unknown>)[] = [() => daemon.kill(), () => discord.close()]
    t.after(async () => {
      for (const end of ends) await end()
    })

    // Nothing is there: no log, no broker, no Home Assistant, no model.
    await until(
      async () => ((await healthOf(daemon, 'collect/pihole-log'))?.state === 'waiting' ? true : undefined),
      { seconds: 10, what: () => 'the log to be missed' },
    )
    assert.match((await healthOf(daemon, 'collect/pihole-log'))?.reason ?? '', /dnsmasq\.log/)

    // The log appears, and says something bad: Discord, which fails at first, is told in the end.
    await appendFile(log, line(bad))
    await until(() => discord.messages()[0], { seconds: 60, what: () => `the message; ${daemon.output()}` })

    // The others appear, and catch up.
    const home = await startHomeDouble({ port: homePort })
    const broker = await startMosquitto({ port: brokerPort })
    const model = await startDouble({ port: modelPort })
    model.react(
      ...Array.from({ length: 4 }, () =>
        says(valid({ severity: 'high', reason: 'A name that is known as bad was asked for' })),
      ),
    )
    ends.push(
      () => home.close(),
      () => model.stop(),
      () => broker.close(),
    )
    const spoken = () => home.calls.filter(({ service }) => service === 'speak').length
    await until(() => (spoken() === 1 ? true : undefined), {
      seconds: 90,
      what: () => `the sentence; ${daemon.output()}`,
    })
    await isWell(daemon, 'bridge/mqtt')
    await until(async () => (await daemon.get<Row[]>('/api/alerts'))[0]?.verdict, {
      seconds: 90,
      what: () => `the verdict; ${daemon.output()}`,
    })
    await until(() => ((discord.messages()[0]?.edits ?? 0) > 0 ? true : undefined), {
      seconds: 30,
      what: () => 'the message to be completed',
    })

    // They die. The daemon stays, says each thing once, and goes on when they are back.
    await Promise.all([home.die(), broker.kill()])
    await until(
      async () => ((await healthOf(daemon, 'bridge/mqtt'))?.state === 'waiting' ? true : undefined),
      { seconds: 30, what: () => 'the broker to be missed' },
    )
    await Promise.all([home.comeBack(), broker.start()])
    await isWell(daemon, 'bridge/mqtt')
    assert.equal(spoken(), 1, 'nothing is spoken twice')
    assert.equal(discord.messages().length, 1, 'nothing is told twice')
    const lines = daemon
      .output()
      .split('\n')
      .filter((text) => text.includes('"level":"warning"'))
    const said = lines.map((text) => {
      const { name, msg } = JSON.parse(text)
      return `${name}: ${msg}`
    })
    const most = Math.max(...[...Map.groupBy(said, (text) => text).values()].map((same) => same.length))
    assert.ok(most <= 2, `each thing is said once each time it happens:\n${said.join('\n')}`)
    assert.equal((await daemon.stop()).code, 0)
  },
)

/** A question as dnsmasq logs it, now. */
function line(name: string): string {
  const stamp = new Date().toString().slice(4, 10).replace(/ 0/, '  ')
  return `${stamp} ${new Date().toTimeString().slice(0, 8)} dnsmasq[1]: query[A] ${name} from 127.0.0.1\n`
}

test('wrong options end it with one sentence and exit code 2', async (t) => {
  const folder = await makeFolder(t)
  await assert.rejects(
    startDaemon(folder, { notifiers: { discord: { webhook: 'nonsense' } } }),
    (error: unknown) => {
      assert.ok(error instanceof Error)
      assert.match(error.message, /^ended with 2: Option notifiers\.discord\.webhook: must be an address/)
      assert.equal(error.message.trim().split('\n').length, 1)
      assert.equal(error.message.includes('nonsense'), false)
      return true
    },
  )
})

test('who is told to end more than once ends well', async (t) => {
  const daemon = await startDaemon(await makeFolder(t))
  t.after(() => daemon.kill())
  await until(() => (daemon.process.kill('SIGTERM') && daemon.process.exitCode === null ? undefined : true), {
    seconds: 10,
    what: () => `the end: ${daemon.output()}`,
  })
  assert.equal((await daemon.stop()).code, 0)
})
