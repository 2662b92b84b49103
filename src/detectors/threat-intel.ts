import { getDomain } from 'tldts'
import * as z from 'zod'
import type { ListedPeerRow } from '../core/connection-questions.ts'
import type { Detector, IndicatorHit } from '../core/detector.ts'
import { number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  confidence: number('Trust in the lists', 'How sure a name or address on a threat list makes us, 0 to 1.', {
    min: 0.1,
    max: 1,
  }).default(0.95),
  blocked: number(
    'Trust when it was blocked',
    'How sure it makes us when every request for it was blocked, or no connection was answered: the device tried, but did not get through.',
    { min: 0.1, max: 1 },
  ).default(0.85),
  reached: number(
    'Trust when it came in',
    'How sure it makes us when an address on a list came from the internet and a device of the home answered.',
    { min: 0.1, max: 1 },
  ).default(0.8),
})

export default {
  name: 'threat-intel',
  title: 'Names and addresses on threat lists',
  technique: 'T1071',
  advice:
    'Take the device off the network until you know which program does this; if the list is wrong about it, mark the alert as expected.',
  spoken: 'it was in touch with an address or name on a threat list',
  options,
  on: ['dns-query', 'dns-answer', 'connection'],
  every: () => 60,
  lookback: 0,
  async detect({ options, fresh, events }) {
    const [hits, peers] = await Promise.all([events.indicatorHits(fresh), events.listedPeers(fresh)])
    const asked = Map.groupBy(hits, ({ device, indicator }) => `${device} ${indicator.value}`)
    const met = Map.groupBy(peers.filter(isMet), (row) => `${row.device} ${targetOf(row)}`)
    return [
      ...[...asked.values()].map((group) => toSignal(group, options)),
      ...[...met.values()].map((group) => toMeeting(group, options)),
    ]
  },
} satisfies Detector<z.infer<typeof options>>

/** One device and one indicator, whatever lists it stands on and whichever of its names and addresses were seen. */
export function toSignal(hits: readonly IndicatorHit[], trust: z.infer<typeof options>): Signal {
  const [newest, ...older] = hits.toSorted((a, b) => b.last.getTime() - a.last.getTime())
  if (newest === undefined) throw new Error('a signal needs a hit')
  const { device, indicator, seen, via, last } = newest
  const all = [newest, ...older]
  const blocked = all.every((hit) => hit.blocked)
  const labels = new Set(all.flatMap((hit) => hit.indicator.label ?? []))
  return {
    detector: 'threat-intel',
    device,
    target: indicator.value,
    at: last,
    confidence: blocked ? trust.blocked : trust.confidence,
    cause: causeOf(seen),
    summary: `${via === 'dns-query' ? 'Asked for' : 'Was sent to'} ${quote(seen)}, which stands on a threat list`,
    evidence: {
      indicator: quote(indicator.value),
      seen: quote(seen),
      lists: [...new Set(all.map((hit) => hit.indicator.list))].join(', '),
      ...(labels.size > 0 && { label: quote([...labels].join(', ')) }),
      count: Math.max(...all.map((hit) => hit.count)),
      blocked,
    },
  }
}

/** Whether it is the device's doing: it began, or it answered on a port. Who is pinged, or does not answer, did nothing. */
function isMet({ outward, answered, protocol }: ListedPeerRow): boolean {
  return outward || (answered === true && !protocol.startsWith('icmp'))
}

/** Who comes in does so at a port, whatever his address: then it is the port that may be expected. */
function targetOf({ outward, protocol, port, indicator }: ListedPeerRow): string {
  if (outward) return indicator.value
  return port === undefined ? protocol : `${protocol}/${port}`
}

/** One device and one indicator that it reached for, or one port that was reached from addresses on lists. */
export function toMeeting(rows: readonly ListedPeerRow[], trust: z.infer<typeof options>): Signal {
  const [newest, ...older] = rows.toSorted(
    (a, b) =>
      Number(b.answered ?? false) - Number(a.answered ?? false) || b.last.getTime() - a.last.getTime(),
  )
  if (newest === undefined) throw new Error('a signal needs a row')
  const { device, indicator, peer, own, port, protocol, outward, answered, name } = newest
  const all = [newest, ...older]
  const lists = [...new Set(all.map((row) => row.indicator.list))].join(', ')
  const labels = new Set(all.flatMap((row) => row.indicator.label ?? []))
  const where = port === undefined ? '' : ` on port ${port}`
  const known = name === undefined ? '' : `, which it knew as ${quote(name, 40)}`
  const as = own === undefined ? known : `, as ${own} (no known device)`
  return {
    detector: 'threat-intel',
    device,
    target: targetOf(newest),
    at: new Date(Math.max(...all.map(({ last }) => last.getTime()))),
    confidence: outward ? (answered === true ? trust.confidence : trust.blocked) : trust.reached,
    cause: name === undefined ? `address:${peer}` : causeOf(name),
    summary: `${wordFor(newest)} ${peer}${where}${as}: it stands on the threat list ${quote(indicator.list, 32)}`,
    evidence: {
      indicator: quote(indicator.value),
      seen: quote(peer),
      ...(own !== undefined && { own: quote(own) }),
      ...(name !== undefined && { name: quote(name) }),
      protocol,
      ...(port !== undefined && { port }),
      lists,
      ...(labels.size > 0 && { label: quote([...labels].join(', ')) }),
      count: Math.max(...all.map((row) => row.count)),
      ...(answered !== undefined && { answered }),
    },
  }
}

/** What the device did. */
function wordFor({ outward, answered }: ListedPeerRow): string {
  if (!outward) return 'Answered'
  if (answered === undefined) return 'Began to talk to'
  return answered ? 'Talked to' : 'Reached for'
}

/** Names of one registrable domain are one cause. */
function causeOf(name: string): string {
  return `dns:${getDomain(name, { allowPrivateDomains: true }) ?? name}`
}
