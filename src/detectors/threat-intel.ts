import { getDomain } from 'tldts'
import * as z from 'zod'
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
    'How sure it makes us when every request for it was blocked: the device tried, but did not get through.',
    { min: 0.1, max: 1 },
  ).default(0.85),
})

export default {
  name: 'threat-intel',
  title: 'Names and addresses on threat lists',
  technique: 'T1071',
  advice:
    'Take the device off the network until you know which program asked for this; if the list is wrong about it, mark the alert as expected.',
  spoken: 'it asked for something that stands on a threat list',
  options,
  on: ['dns-query', 'dns-answer'],
  every: () => 60,
  lookback: 0,
  async detect({ options, fresh, events }) {
    const hits = await events.indicatorHits(fresh)
    const groups = Map.groupBy(hits, ({ device, indicator }) => `${device} ${indicator.value}`)
    return [...groups.values()].map((group) => toSignal(group, options))
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
    cause: `dns:${getDomain(seen, { allowPrivateDomains: true }) ?? seen}`,
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
