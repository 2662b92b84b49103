import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import * as z from 'zod'
import type { CollectContext, PollingCollector } from '../core/collector.ts'
import { UnavailableError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import { count, flag, list, seconds } from '../core/options.ts'
import { run } from '../core/run.ts'
import { makeNmapReader, type ScannedHost } from '../formats/nmap-xml.ts'
import { isPortList, mayUseRawSockets, toArguments, usualPorts } from './nmap/command.ts'
import { isTarget, ownNetworks } from '../formats/scan-target.ts'

/** Observations of one scan at most. */
const most = 10_000
/** Machines whose going away is noticed. */
const mostUp = 1024
/** Seconds between two looks at the clock. */
const look = 30

const target = z
  .string()
  .trim()
  .refine(isTarget, 'must be an address, or a network of at most 4096 addresses such as 192.168.1.0/24')
  .meta({ title: 'Target', description: 'An address, or a network such as 192.168.1.0/24.' })

const options = z.object({
  targets: list(
    'Targets',
    'Addresses and networks to look at; when none is named, this machine’s own private networks and nothing else.',
    target,
  ).default([]),
  exclude: list('Leave out', 'Addresses and networks that are never looked at.', target).default([]),
  hosts: seconds('How often to look for machines', 'Seconds between two looks at who is there.', {
    min: 60,
    max: 86_400,
  }).default(900),
  ports: seconds('How often to look at ports', 'Seconds between two looks at which ports are open.', {
    min: 3600,
    max: 2_592_000,
  }).default(86_400),
  which: z
    .string()
    .max(2000)
    .refine(isPortList, 'must be ports such as 22,80,8000-8100')
    .meta({ title: 'Ports', description: 'The TCP ports to look at, such as 22,80,8000-8100.' })
    .default(usualPorts),
  versions: flag(
    'Ask for versions',
    'Open ports are asked, with few and harmless questions, which program listens there.',
  ).default(true),
  names: flag(
    'Ask for names',
    'The network’s name server is asked for the names of the machines found.',
  ).default(true),
  rate: count('Packets per second', 'No more than so many packets are sent each second.', {
    min: 10,
    max: 5000,
  }).default(100),
  limit: seconds('Time limit', 'A scan that takes longer, in seconds, is ended; what it found is kept.', {
    min: 30,
    max: 14_400,
  }).default(1800),
})
type Options = z.infer<typeof options>

const cursor = z.object({
  /** When each kind of scan ended last, milliseconds since 1970. */
  hosts: z.number().optional(),
  ports: z.number().optional(),
  /** What was looked at then, and who was there. */
  targets: z.array(z.string()).default([]),
  up: z.array(z.string()).default([]),
})
type Cursor = z.infer<typeof cursor>

const noNetwork = 'This machine is in no private network: name what to scan in collectors.nmap.targets'

/** Looks for the machines of the home, and for their open ports, with nmap. */
export default {
  name: 'nmap',
  title: 'Scan of the home',
  options,
  cursor,
  every: () => look,
  again: ({ targets, up }) => ({ targets, up }),

  notice(options) {
    const { targets } = targetsOf(options)
    if (targets.length === 0) return undefined
    const [who, ports] = [lasting(options.hosts), lasting(options.ports)]
    return `nmap looks at ${targets.join(', ')}: every ${who} who is there, and every ${ports} which ports are open; switch collectors.nmap.enabled off to have none of it`
  },

  async poll(context) {
    const { options, cursor: before = { targets: [], up: [] }, now, stop, log } = context
    const scan = dueScan(options, before, now())
    const { targets, cut } = targetsOf(options)
    if (targets.length === 0) return { observations: [], cursor: before, absent: noNetwork }
    if (scan === undefined) return { observations: [], cursor: before }
    if (cut.length > 0 && before.targets.length === 0)
      log.info(
        `Only the nearest 256 addresses of ${cut.join(' and ')} are scanned: name more in collectors.nmap.targets`,
      )
    const found = await scanAll(scan, targets, context)
    // What was cut off by the end of the program is done again from the start.
    if (stop.aborted) return { observations: [], cursor: before }
    if (found.error !== undefined && found.hosts.length === 0)
      throw new UnavailableError(`nmap found nothing: ${found.error}`, { retryAfter: options.hosts })
    if (found.error !== undefined) log.info(`A scan was not finished (${found.error}): what it found is kept`)
    const at = now()
    const up = found.hosts.map(({ address }) => address)
    const isComparable = found.error === undefined && targets.join() === before.targets.join()
    const gone = isComparable ? before.up.filter((address) => !up.includes(address)) : []
    const observations: Observation[] = [
      ...found.hosts.flatMap((host) => toObservations(host, found.asked, at)),
      ...gone.map((address) => ({ kind: 'host-scan', at, address, state: 'down' }) as const),
    ]
    const next = {
      ...before,
      targets: [...targets],
      up: up.slice(0, mostUp),
      hosts: at.getTime(),
      ...(scan === 'ports' && { ports: at.getTime() }),
    }
    const tooMany = Math.max(0, observations.length - most)
    return { observations: observations.slice(0, most), cursor: next, unknown: tooMany }
  },

  async check({ options, stop }) {
    const found = await run('nmap', ['--version'], { stop })
    if (found?.code !== 0)
      return [
        {
          ok: false,
          message: 'There is no program nmap here that may be run: install it, or switch collectors.nmap off',
        },
      ]
    const { targets, cut } = targetsOf(options)
    const what =
      targets.length > 0
        ? `Scanned are ${targets.join(', ')}${cut.length > 0 ? ` (of the larger ${cut.join(', ')})` : ''}`
        : noNetwork
    const isRaw = await mayUseRawSockets()
    return [
      { ok: targets.length > 0, message: what },
      {
        ok: true,
        ...(!isRaw && { optional: true }),
        message: isRaw
          ? 'nmap may send packets of its own making: machines are found by ARP, with their MAC addresses'
          : 'Without root and the right NET_RAW nmap can only connect: silent machines and MAC addresses are not seen',
      },
    ]
  },
} satisfies PollingCollector<Options, Cursor>

/** Which scan is to be done now; one of ports looks for the machines too. A clock that was put back counts as time gone by. */
export function dueScan(
  options: Pick<Options, 'hosts' | 'ports'>,
  before: Partial<Cursor>,
  now: Date,
): 'hosts' | 'ports' | undefined {
  const isDue = (last: number | undefined, every: number) =>
    last === undefined || Math.abs(now.getTime() - last) >= every * 1000
  if (isDue(before.ports, options.ports)) return 'ports'
  return isDue(before.hosts, options.hosts) ? 'hosts' : undefined
}

/** What is told of a machine that is up. */
export function toObservations(
  { address, mac, hostnames, ports }: ScannedHost,
  asked: string | undefined,
  at: Date,
): Observation[] {
  const [hostname] = hostnames
  return [
    {
      ...({ kind: 'host-scan', at, address, state: 'up' } as const),
      ...(asked !== undefined && { ports: asked, open: ports.length }),
    },
    ...(mac !== undefined
      ? [
          {
            ...({ kind: 'presence', at, address, mac, via: 'scan' } as const),
            ...(hostname !== undefined && { hostname }),
          },
        ]
      : []),
    ...ports.map((port) => ({ kind: 'service', at, address, ...port }) as const),
  ]
}

/** `15 minutes`, `24 hours` */
function lasting(seconds: number): string {
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`
}

function targetsOf({ targets }: Options): { targets: readonly string[]; cut: readonly string[] } {
  if (targets.length > 0) return { targets, cut: [] }
  const { networks, cut } = ownNetworks(networkInterfaces())
  return { targets: networks, cut }
}

interface Found {
  readonly hosts: readonly ScannedHost[]
  readonly asked: string | undefined
  readonly error: string | undefined
}

/** IPv4 and IPv6 are two runs of nmap; together they last no longer than the limit. */
async function scanAll(
  scan: 'hosts' | 'ports',
  targets: readonly string[],
  { options, stop, now }: CollectContext<Options, Cursor>,
): Promise<Found> {
  const isRaw = await mayUseRawSockets()
  const end = now().getTime() + options.limit * 1000
  const hosts: ScannedHost[] = []
  let asked: string | undefined
  let error: string | undefined
  for (const isSix of [false, true]) {
    const some = targets.filter((each) => isIPv6(each.split('/')[0] ?? '') === isSix)
    const timeout = end - now().getTime()
    if (some.length === 0 || stop.aborted) continue
    const reader = makeNmapReader()
    const ran = await run('nmap', toArguments(scan, some, options, isRaw), {
      ...{ stop, timeout: Math.max(1, timeout) },
      take: (text) => void hosts.push(...reader.take(text).filter(({ state }) => state === 'up')),
    })
    if (ran === undefined)
      throw new UnavailableError(
        'There is no program nmap here that may be run: install it, or switch collectors.nmap off',
      )
    const reading = reader.end()
    asked ??= reading.asked['tcp']
    error ??= toError(reading, ran, options.limit)
  }
  return { hosts, asked: scan === 'ports' ? asked : undefined, error }
}

function toError(
  { error }: { error?: string },
  { code, err }: { code: number | undefined; err: string },
  limit: number,
): string | undefined {
  if (error === undefined && code === 0) return undefined
  const complaint = err.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  if (code === undefined && complaint === '') return `it took longer than ${limit} seconds`
  return complaint === '' ? (error ?? `it ended with ${code}`) : complaint
}
