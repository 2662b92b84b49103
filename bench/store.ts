import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Observation } from '../src/core/observation.ts'
import { openStore } from '../src/store/open.ts'

/**
 * How fast the store takes events in, and what each question of the detectors costs: `node bench/store.ts [rows]`.
 * The events are made up: 40 devices, some 20,000 names of which few are asked for often, an answer to each query.
 */
const rows = Number(process.argv[2] ?? 2_000_000)
const piece = 10_000
const devices = 40
const start = Date.UTC(2026, 10, 1)

const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-bench-'))
try {
  const store = await openStore({ folder, now: () => new Date() })
  const pieces = Array.from({ length: 4 }, (_, index) => observations(index))
  report('open')

  let began = performance.now()
  const cpu = process.cpuUsage()
  for (let saved = 0; saved < rows; saved += piece) {
    const part = pieces[(saved / piece) % pieces.length] ?? []
    await store.events.save({ loop: 'collect/bench', observations: part, cursor: { offset: saved } })
  }
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const busy = (user + system) / 1e6
  console.log(`saved ${rows} rows in ${seconds.toFixed(1)} s: ${Math.round(rows / seconds)} rows/s`)
  console.log(`of which all cores worked ${busy.toFixed(1)} s: ${Math.round(rows / busy)} rows/s of one core`)
  report('after saving')

  await store.indicators.replace('bench', indicators(500_000))
  const newest = store.events.newest()
  const windows = {
    'newest 1,000': { after: newest - 1000, from: new Date(0), to: new Date(8.64e15) },
    'newest 100,000': { after: newest - 100_000, from: new Date(0), to: new Date(8.64e15) },
    everything: { after: 0, from: new Date(0), to: new Date(8.64e15) },
  }
  for (const [name, window] of Object.entries(windows)) {
    for (const question of [
      'domains',
      'newDomains',
      'indicatorHits',
      'lastSeen',
      'readings',
      'loops',
    ] as const) {
      began = performance.now()
      const answer = await store.events.reader[question]({ ...window, through: newest, imported: true })
      const milliseconds = performance.now() - began
      console.log(`${question} of ${name}: ${milliseconds.toFixed(1)} ms, ${answer.length} rows`)
    }
  }
  report('after all questions')
  console.log(await store.upkeep.size())
  await store.close()
} finally {
  await rm(folder, { recursive: true })
}

function report(when: string): void {
  console.log(`${when}: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`)
}

function observations(index: number): Observation[] {
  return Array.from({ length: piece / 2 }, (_, number) => {
    const at = new Date(start + (index * 5000 + number) * 100)
    // Squared twice: few names come often, most seldom.
    const name = Math.floor((((number * 7919 + index * 104_729) % 10_007) ** 4 / 10_007 ** 4) * 20_000)
    const qname = `host${name % 7}.service-${name}.example${name % 100}.com`
    const address = `192.168.1.${(number % devices) + 2}`
    return [
      { kind: 'dns-query', at, address, qname, qtype: 'A' },
      {
        kind: 'dns-answer',
        at,
        qname,
        rcode: 'NOERROR',
        answer: `198.51.${name % 100}.${name % 250}`,
        source: 'upstream',
      },
    ] satisfies Observation[]
  }).flat()
}

async function* indicators(count: number) {
  for (let from = 0; from < count; from += piece)
    yield Array.from({ length: piece }, (_, index) => ({
      type: 'domain' as const,
      value: `bad-${from + index}.example.net`,
      list: 'bench',
    }))
}
