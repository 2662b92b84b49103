import * as z from 'zod'
import type { FanRow } from '../core/connection-questions.ts'
import type { Detector } from '../core/detector.ts'
import { thisMachine } from '../core/device.ts'
import { count } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'

const options = z.object({
  ports: count('Ports of one machine', 'So many ports of one machine within five minutes are a scan.', {
    min: 5,
    max: 10_000,
  }).default(20),
  machines: count(
    'Machines at home',
    'The same port of so many machines of the house that do not answer, within five minutes, is a scan; within an hour, too.',
    { min: 5, max: 10_000 },
  ).default(12),
  outside: count(
    'Machines on the internet',
    'So many machines on the internet, asked for remote control within five minutes, are a scan.',
    { min: 5, max: 10_000 },
  ).default(20),
})
type Options = z.infer<typeof options>

/** Seconds between two looks for those who take their time. */
const slow = 600

/**
 * Ports through which machines are taken over: ssh, telnet, Windows shares and desktop, databases, ADB, TR-069, VNC,
 * Winbox. No program of a home asks for them on many machines of the internet; for web pages every browser does.
 */
const remoteControl = new Set([22, 23, 445, 1433, 2222, 2323, 3306, 3389, 5555, 5900, 7547, 8291])

export default {
  name: 'port-scan',
  title: 'Scans of ports and machines',
  technique: 'T1046',
  advice: 'If nobody here is testing the network, take the device off it and look at what runs on it.',
  spoken: 'it looks for ways into other machines',
  options,
  on: ['connection'],
  every: () => 60,
  lookback: 3600,
  async detect({ options, now, fresh, window, events }) {
    const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
    const quick = (await events.fans({ ...window, from: before(300) })).filter(
      (row) => row.last >= fresh.from && isScan(row, options),
    )
    // An hour is much to look at, and who takes so long is found in time.
    const isTurn = now.getTime() % (slow * 1000) < now.getTime() - fresh.from.getTime()
    const hour = isTurn ? await events.fans(window) : []
    const patient = hour.filter((row) => row.last >= before(slow) && isSlowScan(row, options))
    const told = new Set(quick.map(identityOf))
    return [...quick, ...patient.filter((row) => !told.has(identityOf(row)))].map(toSignal)
  },
} satisfies Detector<Options>

/**
 * Whether so many is more than what programs do. A hub talks to all its plugs each minute, and to those that are off:
 * who answers, or has in the last week, does not count; what is not known yet counts when it is more than a home has of
 * one kind. This machine's own looks are nmap's, and asked for.
 */
export function isScan(row: FanRow, { ports, machines, outside }: Options): boolean {
  if (row.device === thisMachine && row.outward) return false
  // Who answers on every port is a server that is used: transfers open a port for each file.
  const unanswered = row.many - row.answered
  if (row.shape === 'ports') return row.many >= ports && unanswered >= row.many / 2
  if (!row.outward) return false
  const least = row.inside ? machines : outside
  const isMany = row.silent >= least || row.strange >= (row.inside ? 3 : 2) * least
  return isMany && (row.inside || isRemoteControl(row))
}

/** The same of an hour, of what does not answer: a program that has all the time in the world. From the internet that is everybody. */
export function isSlowScan(row: FanRow, { ports, machines, outside }: Options): boolean {
  if (row.device === thisMachine || !row.outward || row.protocol !== 'tcp') return false
  if (row.shape === 'ports') return row.inside && row.silent >= ports
  return row.inside ? row.silent >= machines : row.silent >= outside && isRemoteControl(row)
}

function isRemoteControl({ protocol, port }: FanRow): boolean {
  return protocol === 'tcp' && port !== undefined && remoteControl.has(port)
}

function identityOf(row: FanRow): string {
  return `${row.device} ${targetOf(row)}`
}

function targetOf({ shape, protocol, port, peer }: FanRow): string {
  return shape === 'ports' ? peer : `${protocol} ${port ?? ''}`.trim()
}

/** At home nobody does it by chance; from the internet it goes on everywhere all day. */
export function toSignal(row: FanRow): Signal {
  const { device, shape, protocol, peer, port, inside, outward, many, answered, first, last } = row
  const where = inside ? 'of this house' : 'on the internet'
  const what =
    shape === 'ports'
      ? outward
        ? `Tried ${many} ports of ${peer}`
        : `${many} of its ports were tried from ${peer}`
      : port === undefined
        ? `Looked for ${many} machines ${where}`
        : `Tried port ${port} of ${many} machines ${where}`
  return {
    detector: 'port-scan',
    device,
    target: targetOf(row),
    at: last,
    confidence: confidenceOf(row),
    summary: what,
    evidence: {
      shape,
      many,
      answered,
      protocol,
      outward,
      inside,
      ...(shape === 'ports' && { peer }),
      ...(port !== undefined && { port }),
      seconds: Math.round((last.getTime() - first.getTime()) / 1000),
    },
  }
}

function confidenceOf({ shape, port, outward, inside, many, answered }: FanRow): number {
  if (!outward) return inside ? 0.9 : 0.4
  // Devices look for each other by pings and by the web, too.
  if (shape === 'machines' && inside && (port === undefined || port === 80 || port === 443)) return 0.6
  return many >= 50 && answered <= many / 4 ? 0.95 : 0.9
}
