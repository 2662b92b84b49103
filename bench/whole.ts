import { createWriteStream } from 'node:fs'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import timers from 'node:timers/promises'
import { dnsmasqLines } from './lines.ts'
import { startProgram } from './program.ts'

/**
 * The whole path: lines of a growing log → parsed → stored → judged by every detector. Prints lines per second,
 * seconds of CPU (the steadier measure where others work too) and resident memory.
 * `node bench/whole.ts [lines] [queries per second in the log]`, 5 million and 40 when not given.
 */
const [count = 5_000_000, rate = 40] = process.argv.slice(2).map(Number)

const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-bench-'))
try {
  const log = join(folder, 'pihole.log')
  const prepared = join(folder, 'prepared.log')
  const out = createWriteStream(prepared)
  for (const line of dnsmasqLines({ count, rate, start: new Date(Date.now() - 40 * 60_000) })) {
    if (!out.write(`${line}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  await writeFile(log, '')
  const program = await startProgram(folder, {
    collectors: { 'pihole-log': { file: log }, temperature: { enabled: false } },
    triage: { enabled: false },
  })
  await timers.setTimeout(3000)
  const cpuBefore = program.cpu()
  const began = performance.now()
  await appendFile(log, await import('node:fs').then(({ createReadStream }) => createReadStream(prepared)))
  let seen = 0
  let quietSince = performance.now()
  let ended = began
  interface Status {
    state: { health: { loop: string; count: number }[] }
  }
  let judged = 0
  while (performance.now() - quietSince < 4000) {
    // Each look costs the program some milliseconds.
    await timers.setTimeout(500)
    const { state } = await program.get<Status>('/api/status')
    const collected = state.health.find(({ loop }) => loop === 'collect/pihole-log')?.count ?? 0
    const asked = ['detect/threat-intel', 'detect/dga', 'detect/new-domain']
    judged = Math.min(...state.health.filter(({ loop }) => asked.includes(loop)).map((row) => row.count))
    if (collected + judged === seen) continue
    seen = collected + judged
    quietSince = performance.now()
    ended = quietSince
  }
  const took = (ended - began) / 1000
  const perMillion = (seconds: number) => Number((seconds / (count / 1e6)).toFixed(2))
  const { kinds } = await program.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
  const { now, highest } = program.memory()
  const cpu = program.cpu()
  await program.stop()
  console.log(
    JSON.stringify({
      lines: count,
      seconds: Number(took.toFixed(1)),
      linesPerSecond: Math.round(count / took),
      cpuSecondsPerMillionLines: perMillion(cpu.all - cpuBefore.all),
      ofTheseMainThread: perMillion(cpu.main - cpuBefore.main),
      eventsJudged: judged,
      rssMegabytes: now,
      highestRssMegabytes: highest,
      events: Object.fromEntries(kinds.map(({ kind, rows }) => [kind, rows])),
    }),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
