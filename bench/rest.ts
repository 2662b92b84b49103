import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { startMosquitto } from '../tests/bridges/mosquitto.ts'
import { startHomeDouble } from '../tests/homeassistant/home-double.ts'
import { startDiscordDouble } from '../tests/notifiers/discord-double.ts'
import { startDouble } from '../tests/triage/ollama-double.ts'
import { startProgram } from './program.ts'

/**
 * At rest: milliseconds from start to the first answer, and resident memory half a minute after it, with nothing
 * configured and with each partner more, each of them used once. `node bench/rest.ts [seconds]`
 */
const [seconds = 30] = process.argv.slice(2).map(Number)
const bad = 'evil-control.example'

const home = await startHomeDouble()
const [discord, broker, model] = await Promise.all([startDiscordDouble(), startMosquitto(), startDouble()])
const steps: [string, object][] = [
  ['nothing configured', { triage: { enabled: false } }],
  ['+ language model', { triage: { address: model.address } }],
  [
    '+ Home Assistant and speech',
    {
      homeassistant: { address: home.address, token: 'long-lived-token' },
      notifiers: { speech: { speakers: ['media_player.kitchen'] } },
    },
  ],
  ['+ MQTT', { bridges: { mqtt: { address: broker.address } } }],
  [
    '+ Discord',
    { notifiers: { discord: { webhook: discord.webhook }, speech: { speakers: ['media_player.kitchen'] } } },
  ],
]

let options: object = {}
for (const [name, more] of steps) {
  options = { ...options, ...more }
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-bench-'))
  const log = join(folder, 'pihole.log')
  const list = join(folder, 'bad.txt')
  await writeFile(log, '')
  await writeFile(list, `${bad}\n`)
  const program = await startProgram(folder, {
    collectors: { 'pihole-log': { file: log } },
    intel: { lists: [{ name: 'bad', file: list }] },
    ...options,
  })
  await timers.setTimeout(4000)
  const time = new Date()
  await writeFile(
    log,
    `${time.toString().slice(4, 10)} ${time.toTimeString().slice(0, 8)} dnsmasq[1]: query[A] ${bad} from 192.168.1.9\n`,
    { flag: 'a' },
  )
  await timers.setTimeout(seconds * 1000)
  const { now, highest, own } = program.memory()
  console.log(
    JSON.stringify({
      name,
      firstAnswerMilliseconds: Math.round(program.firstAnswer),
      rssMegabytes: now,
      ownMegabytes: own,
      highestRssMegabytes: highest,
    }),
  )
  await program.stop()
  await rm(folder, { recursive: true, force: true })
}
await Promise.all([home.close(), discord.close(), model.stop(), broker.close()])
