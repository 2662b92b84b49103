import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { codeOf, UnavailableError } from '../core/errors.ts'
import type { Reading } from '../core/observation.ts'
import { count, list, seconds } from '../core/options.ts'
import { run } from '../core/run.ts'
import { isNoWay, parsePing, type Pinged } from '../formats/ping.ts'
import { parseRoutes, parseRoutes6 } from '../formats/routes.ts'

/** Seconds between two packets, and how long an answer may take; whole, for busybox. */
const apart = 1
const patience = 2

/** What the gateway is called; no target may be called so. */
const gateway = 'gateway'

const target = z
  .string()
  .regex(/^[\w:][\w.:%-]{0,252}$/, 'must be an address or a name')
  .refine((name) => name !== gateway, 'the gateway is always asked')
  .meta({ title: 'Target', description: 'An address or a name.' })

const options = z.object({
  targets: list(
    'Targets',
    'Addresses or names whose answers are measured beside those of the gateway, such as one of your provider’s.',
    target,
  ).default([]),
  every: seconds('How often to measure', 'Seconds between two measurements.', { min: 10, max: 3600 }).default(
    60,
  ),
  packets: count('Packets', 'So many packets, a second apart, are one measurement.', {
    min: 1,
    max: 50,
  }).default(5),
})

const cursor = z.object({
  /** The gateway that was there last. */
  gateway: z.string().optional(),
})

const none = 'No gateway was found here, and collectors.ping.targets is empty'

/** Measures how long the gateway and other targets take to answer, and how many packets are lost on the way. */
export default {
  name: 'ping',
  title: 'Connection quality',
  options,
  cursor,
  every: (options) => options.every,

  async poll({ options, cursor, now, stop }) {
    // A gateway that is not there any more is one that does not answer.
    const found = (await findGateway()) ?? cursor?.gateway
    const asked = [
      ...(found === undefined ? [] : [{ sensor: gateway, address: found }]),
      ...options.targets.map((name) => ({ sensor: name, address: name })),
    ]
    const answers = await Promise.all(
      asked.map(async ({ sensor, address }) => ({
        sensor,
        pinged: await ping(address, options.packets, stop),
      })),
    )
    const observations = answers.flatMap(({ sensor, pinged }) =>
      pinged ? toReadings(sensor, pinged, now()) : [],
    )
    const absent = asked.length === 0 ? none : undefined
    return { observations, cursor: found === undefined ? {} : { gateway: found }, absent }
  },

  async check({ options, stop }) {
    const found = await findGateway()
    if (found === undefined && options.targets.length === 0)
      return [{ ok: true, optional: true, message: none }]
    const targets = found === undefined ? options.targets : [found, ...options.targets]
    return Promise.all(
      targets.map(async (name) => {
        const pinged = await ping(name, 1, stop)
        const answers = pinged !== undefined && pinged.received > 0
        return { ok: answers, message: `${name} ${answers ? 'answers' : 'does not answer'}` }
      }),
    )
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof cursor>>

/** Where the default route leads, as the kernel tells; undefined where there is none, or no such kernel. */
async function findGateway(): Promise<string | undefined> {
  return (
    parseRoutes(await readIfThere('/proc/net/route'), endianness()) ??
    parseRoutes6(await readIfThere('/proc/net/ipv6_route'))
  )
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** Undefined when it was stopped meanwhile. A name that cannot be resolved, and a resolver that hangs, are no answer. */
async function ping(address: string, packets: number, stop: AbortSignal): Promise<Pinged | undefined> {
  const args = ['-n', '-q', '-c', packets, '-i', apart, '-W', patience, address].map(String)
  const ran = await run('ping', args, { stop, timeout: (packets * apart + patience + 10) * 1000 })
  if (stop.aborted) return undefined
  if (ran === undefined)
    throw new UnavailableError('There is no program ping here that may be run: install iputils-ping')
  const pinged = parsePing(ran.out)
  if (pinged) return pinged
  if (ran.code === undefined || isNoWay(ran.err)) return { sent: packets, received: 0 }
  const words = ran.err.trim().split('\n').at(-1) ?? ''
  throw new UnavailableError(
    `ping does not work here: ${words.slice(0, 200)}: give this program the right NET_RAW`,
  )
}

/** Loss, and the round-trip time when there was any answer. */
export function toReadings(sensor: string, { sent, received, mean }: Pinged, at: Date): Reading[] {
  const loss = Math.round((1000 * (sent - received)) / sent) / 10
  return [
    { kind: 'reading', at, quantity: 'loss', sensor, value: loss, unit: '%' },
    ...(mean === undefined
      ? []
      : [{ kind: 'reading', at, quantity: 'rtt', sensor, value: mean, unit: 'ms' } as const]),
  ]
}
