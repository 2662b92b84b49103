import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { dnsmasqLines } from './lines.ts'
import { startProgram, writtenBytes } from './program.ts'

/**
 * How a card wears: bytes that the program makes the disk write per 100,000 DNS queries at the pace of a home, two
 * queries a second with their answers, one commit a second, all detectors on. Takes its real time.
 * `node bench/wear.ts [seconds]`, ten minutes when not given.
 */
const [seconds = 600] = process.argv.slice(2).map(Number)
const perSecond = 2

const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-bench-'))
const log = join(folder, 'pihole.log')
await writeFile(log, '')
const program = await startProgram(folder, {
  collectors: { 'pihole-log': { file: log }, temperature: { enabled: false } },
  triage: { enabled: false },
})
// Until what was compiled has been saved: once for each version, not at the pace of queries.
await timers.setTimeout(20_000)
const before = writtenBytes(program.pid)
const began = performance.now()
let queries = 0
let lines: string[] = []
for (const line of dnsmasqLines({ count: seconds * perSecond * 8, rate: perSecond, start: new Date() })) {
  if (line.includes('query[') && queries++ % perSecond === 0) {
    await appendFile(log, lines.join(''))
    lines = []
    const late = performance.now() - began - (queries / perSecond) * 1000
    if (late < 0) await timers.setTimeout(-late)
    if (queries > seconds * perSecond) break
  }
  lines.push(`${line}\n`)
}
await timers.setTimeout(3000)
const megabytes = (writtenBytes(program.pid) - before) / 1e6
await program.stop()
await rm(folder, { recursive: true, force: true })
console.log(
  JSON.stringify({
    queries,
    seconds,
    megabytesPer100000Queries: Math.round((megabytes * 100_000) / queries),
  }),
)
