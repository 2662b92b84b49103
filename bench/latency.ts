import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { startDiscordDouble } from '../tests/notifiers/discord-double.ts'
import { startProgram } from './program.ts'

/**
 * From a line in the log to the message sent, for what is certain (a name on a threat list), while other devices ask
 * for ordinary names. Milliseconds, median and p99. `node bench/latency.ts [runs]`, 200 when not given.
 */
const [runs = 200] = process.argv.slice(2).map(Number)
/** A flood is folded, so each start of the program is asked a few times only. */
const perStart = 8
const bad = 'evil-control.example'
const times: number[] = []

function lineOf(name: string, client: string): string {
  const now = new Date()
  return `${now.toString().slice(4, 10)} ${now.toTimeString().slice(0, 8)} dnsmasq[1]: query[A] ${name} from ${client}\n`
}

while (times.length < runs) {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-bench-'))
  const discord = await startDiscordDouble()
  const log = join(folder, 'pihole.log')
  const list = join(folder, 'bad.txt')
  await writeFile(log, '')
  await writeFile(list, `${bad}\n`)
  const program = await startProgram(folder, {
    collectors: { 'pihole-log': { file: log }, temperature: { enabled: false } },
    intel: { lists: [{ name: 'bad', file: list }] },
    notifiers: { discord: { webhook: discord.webhook } },
    triage: { enabled: false },
  })
  await timers.setTimeout(3000)
  for (let run = 0; run < perStart && times.length < runs; run += 1) {
    for (let tick = 0; tick < 10 + Math.random() * 10; tick += 1) {
      await appendFile(log, lineOf(`host${tick}.ordinary.example`, `192.168.1.${10 + (tick % 5)}`))
      await timers.setTimeout(50)
    }
    const before = discord.messages().length
    const began = performance.now()
    await appendFile(log, lineOf(bad, `192.168.1.${100 + run}`))
    while (discord.messages().length === before && performance.now() - began < 20_000)
      await timers.setTimeout(2)
    times.push(performance.now() - began)
  }
  await program.stop()
  await discord.close()
  await rm(folder, { recursive: true, force: true })
}

const sorted = times.toSorted((a, b) => a - b)
const at = (share: number) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
console.log(
  JSON.stringify({
    runs: times.length,
    medianMilliseconds: at(0.5),
    p99Milliseconds: at(0.99),
    worstMilliseconds: at(1),
  }),
)
