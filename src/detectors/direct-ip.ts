import * as z from 'zod'
import type { UnaskedRow } from '../core/connection-questions.ts'
import type { Detector } from '../core/detector.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'

const options = z.object({
  settle: number(
    'Days to settle',
    'A device is not judged before it has been seen asking for names this many days: addresses that it was told earlier nobody here heard.',
    { min: 0, max: 60 },
  ).default(1),
  names: count(
    'Names asked for',
    'A device that asked for fewer different names in the last day is not judged: it asks where nobody listens.',
    { min: 1, max: 10_000 },
  ).default(10),
  most: count(
    'Addresses told one by one',
    'When a device talks to more such addresses in ten minutes, they are one signal.',
    { min: 1, max: 100 },
  ).default(3),
})
type Options = z.infer<typeof options>

/** Time, name servers, finding one's own address for calls, push of phones, VPNs: addresses are built in, as a rule. */
const builtIn = new Set([53, 123, 853, 500, 4500, 1194, 51_820, 3478, 3479, 5349, 5223, 5228, 19_302])

export default {
  name: 'direct-ip',
  title: 'Addresses nobody asked for',
  technique: 'T1095',
  advice:
    'Look at what runs on the device: programs ask for names, and malware often has its addresses built in.',
  spoken: 'it talks to an address that it never asked for by name',
  options,
  on: ['connection'],
  every: () => 60,
  lookback: 600,
  async detect({ options, fresh, window, events }) {
    const rows = (await events.unasked(window)).filter((row) => row.last >= fresh.from && isOdd(row, options))
    return [...Map.groupBy(rows, ({ device }) => device).values()].flatMap((all) =>
      all.length > options.most ? toFold(all) : all.map(toSignal),
    )
  },
} satisfies Detector<Options>

/** Whether a program of a home would not have done it. */
export function isOdd(
  { asked, askedSince, port, protocol, knownBefore, answered, first }: UnaskedRow,
  { names, settle }: Options,
): boolean {
  if (asked < names || knownBefore || !answered || askedSince === undefined) return false
  if (first.getTime() - askedSince.getTime() < settle * 86_400_000) return false
  if (protocol !== 'tcp' && protocol !== 'udp') return false
  return port === undefined || !builtIn.has(port)
}

/** One address. */
export function toSignal({ device, peer, port, protocol, count, first, last, asked }: UnaskedRow): Signal {
  return {
    detector: 'direct-ip',
    device,
    target: peer,
    at: last,
    confidence: port === 80 || port === 443 ? 0.4 : 0.6,
    summary: `Talked to ${peer}${port === undefined ? '' : ` on port ${port}`}, which no name had led to`,
    evidence: {
      peer,
      protocol,
      ...(port !== undefined && { port }),
      connections: count,
      seconds: Math.round((last.getTime() - first.getTime()) / 1000),
      namesAskedFor: asked,
    },
  }
}

/** Many addresses at once: programs of which each talks to all others do so, and botnets. */
export function toFold(rows: readonly UnaskedRow[]): Signal[] {
  const [some] = rows
  if (!some) return []
  return [
    {
      detector: 'direct-ip',
      device: some.device,
      at: new Date(Math.max(...rows.map(({ last }) => last.getTime()))),
      confidence: 0.5,
      summary: `Talked to ${rows.length} addresses that no name had led to`,
      evidence: {
        addresses: rows.length,
        ports: new Set(rows.map(({ port }) => port)).size,
        one: some.peer,
        namesAskedFor: some.asked,
      },
    },
  ]
}
