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
    'The same port of so many machines of the house within five minutes is a scan.',
    { min: 5, max: 10_000 },
  ).default(12),
  outside: count(
    'Machines on the internet',
    'So many machines on the internet, asked for remote control within five minutes, are a scan.',
    { min: 5, max: 10_000 },
  ).default(20),
})
type Options = z.infer<typeof options>

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
  lookback: 300,
  async detect({ options, fresh, window, events }) {
    const rows = await events.fans(window)
    return rows.filter((row) => row.last >= fresh.from && isScan(row, options)).map(toSignal)
  },
} satisfies Detector<Options>

/** Whether so many is more than what programs do. This machine's own looks are nmap's, and asked for. */
export function isScan(row: FanRow, { ports, machines, outside }: Options): boolean {
  if (row.device === thisMachine && row.outward) return false
  // Who answers on every port is a server that is used: transfers open a port for each file.
  const unanswered = row.many - row.answered
  if (row.shape === 'ports') return row.many >= ports && unanswered >= row.many / 2
  if (!row.outward) return false
  if (row.inside) return row.many >= machines
  return row.port !== undefined && remoteControl.has(row.port) && row.many >= outside
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
    target: shape === 'ports' ? peer : `${protocol} ${port ?? ''}`.trim(),
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
