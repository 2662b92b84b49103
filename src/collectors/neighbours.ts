import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { codeOf } from '../core/errors.ts'
import type { Presence } from '../core/observation.ts'
import { seconds } from '../core/options.ts'
import { run } from '../core/run.ts'
import { parseArpTable, parseIpNeigh, type Neighbour } from '../formats/neighbours.ts'

/** Milliseconds after which a device that still answers is told again. */
const again = 3_600_000

const options = z.object({
  every: seconds('How often to look', 'Seconds between two looks at the neighbour table.', {
    min: 5,
    max: 3600,
  }).default(30),
})

/** When each pair of address and MAC in the table was told last, milliseconds since 1970. */
const cursor = z.record(z.string(), z.number())

/** Tells which address belongs to which device, from this machine's table of its neighbours on the network. */
export default {
  name: 'neighbours',
  title: 'Neighbour table',
  options,
  cursor,
  every: (options) => options.every,

  async poll({ cursor = {}, now, stop }) {
    return toPoll((await neighbours(stop)) ?? [], cursor, now())
  },

  async check({ stop }) {
    const found = await neighbours(stop)
    return [
      found === undefined
        ? {
            ok: true,
            optional: true,
            message: 'There is no neighbour table here: devices are told apart by other sources',
          }
        : { ok: true, message: `Addresses in this machine's neighbour table: ${found.length}` },
    ]
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof cursor>>

/** By the `ip` command, which knows IPv6 and how old an entry is; else by the kernel's ARP table; undefined without both. */
async function neighbours(stop: AbortSignal): Promise<Neighbour[] | undefined> {
  const table = await run('ip', ['neigh', 'show'], { stop, timeout: 5000 })
  if (table?.code === 0) return parseIpNeigh(table.out)
  try {
    return parseArpTable(await readFile('/proc/net/arp', 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What is new in the table, and what still answers an hour after it was told. */
export function toPoll(found: readonly Neighbour[], told: Readonly<Record<string, number>>, at: Date) {
  const observations: Presence[] = []
  const next: Record<string, number> = {}
  for (const { address, mac, isFresh } of found) {
    const pair = `${address} ${mac}`
    const before = told[pair]
    const isDue = before === undefined || (isFresh && at.getTime() - before >= again)
    if (isDue) observations.push({ kind: 'presence', at, address, mac, via: 'neighbour' })
    next[pair] = isDue ? at.getTime() : before
  }
  return { observations, cursor: next }
}
