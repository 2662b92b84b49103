import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../../src/app.ts'
import { runLoops } from '../../src/app-loops.ts'
import { collectors } from '../../src/collectors/index.ts'
import { makeFolder, until } from '../daemon.ts'
import { startDiscordDouble } from '../notifiers/discord-double.ts'

const hour = 3_600_000

test(
  'the clock jumps an hour and back: all is kept, judged and told once',
  { timeout: 90_000 },
  async (t) => {
    const folder = await makeFolder(t)
    const [log, list, file] = ['dnsmasq.log', 'bad.txt', 'options.test.json'].map((name) =>
      join(folder, name),
    )
    assert.ok(log !== undefined && list !== undefined && file !== undefined)
    const discord = await startDiscordDouble()
    t.after(() => discord.close())
    await Promise.all([writeFile(log, ''), writeFile(list, 'evil-control.example\n')])
    const off = collectors.map(({ name }) => [name, { enabled: false }])
    const options = {
      house: { learning: 'off' },
      triage: { enabled: false },
      intel: { lists: [{ name: 'bad', file: list }] },
      notifiers: { discord: { webhook: discord.webhook } },
      collectors: { ...Object.fromEntries(off), 'pihole-log': { file: log } },
    }
    await writeFile(file, JSON.stringify(options))

    let shift = 0
    const now = () => new Date(Date.now() + shift)
    const ending = new AbortController()
    const app = await openApp({
      folder: join(folder, 'data'),
      optionsFile: file,
      environment: {},
      version: '0',
      now,
      stop: ending.signal,
      quiet: true,
    })
    const loops = runLoops(app)
    t.after(async () => {
      ending.abort()
      await loops
      await app.close()
    })
    const board = () => JSON.stringify(app.board.rows().filter(({ state }) => state !== 'off'))
    await until(async () => ((await app.store.indicators.lists()).length > 0 ? true : undefined), {
      seconds: 20,
      what: () => `the list: ${board()}`,
    })

    let written = 0
    const ask = async (name: string, device: number) => {
      const stamp = `${now().toString().slice(4, 10).replace(/ 0/, '  ')} ${now().toTimeString().slice(0, 8)}`
      written += 1
      await appendFile(log, `${stamp} dnsmasq[1]: query[A] ${name} from 192.168.77.${device}\n`)
    }
    const stored = () => app.store.events.search({ kinds: ['dns-query'], limit: 1000 })
    let told = 0
    for (const jump of [0, hour, 0, -hour, 0]) {
      shift = jump
      const device = 100 + told
      for (let name = 0; name < 20; name += 1) await ask(`n${told}-${name}.ordinary.example`, device)
      await ask('evil-control.example', device)
      told += 1
      await until(
        async () =>
          (await stored()).length >= written && discord.messages().length >= told ? true : undefined,
        { seconds: 15, what: () => `${told} messages after a jump to ${jump}: ${board()}` },
      )
    }

    const events = await stored()
    assert.equal(events.length, written)
    assert.equal(discord.messages().length, told)
    const alerts = await app.store.alerts.list({ limit: 100 })
    assert.equal(alerts.length, told)
    for (const { id } of alerts) {
      const texts = (await app.store.deliveries.of('notify/discord', {})).filter(({ alerts: about }) =>
        about.some((one) => one.id === id),
      )
      assert.equal(texts.length, 1, id)
    }
    const ill = app.board.rows().filter(({ state }) => !['ok', 'off'].includes(state))
    assert.deepEqual(ill, [])
  },
)
