import * as z from 'zod'
import type { ListedPeerRow } from '../core/connection-questions.ts'
import type { Detector } from '../core/detector.ts'
import { number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  confidence: number(
    'How sure',
    'The confidence that an address on a threat list which tried in vain is worth a line in the recap, from 0 to 1.',
    { min: 0, max: 1 },
  ).default(0.8),
})

export default {
  name: 'knock',
  title: 'Tries from threat lists',
  technique: 'T1595',
  advice: 'Nothing: the internet tries every address all day long, and this home did not answer.',
  spoken: 'somebody on a threat list has tried to reach it in vain',
  options,
  on: ['connection'],
  every: () => 3600,
  lookback: 3600,
  async detect({ options, fresh, window, events }) {
    // Most steps bring none: then the hour before is not looked at.
    if (!(await events.listedPeers(fresh)).some(isVain)) return []
    const rows = (await events.listedPeers(window)).filter(isVain)
    return [...Map.groupBy(rows, ({ device }) => device).values()].flatMap((all) =>
      toFold(all, options.confidence),
    )
  },
} satisfies Detector<z.infer<typeof options>>

/** It came in, and is over without an answer; a ping is no more, answered or not. */
function isVain({ outward, answered, over, protocol }: ListedPeerRow): boolean {
  return !outward && (protocol.startsWith('icmp') || (over && answered !== true))
}

/** All that tried one device: one claim, whoever it was. */
export function toFold(rows: readonly ListedPeerRow[], confidence: number): Signal[] {
  const newest = rows.toSorted((a, b) => b.last.getTime() - a.last.getTime())[0]
  if (newest === undefined) return []
  const { device, peer, port, protocol, indicator, last } = newest
  const where = port === undefined ? '' : ` on port ${port}`
  const did = protocol.startsWith('icmp') ? 'pinged it' : `knocked${where} and got no answer`
  return [
    {
      detector: 'knock',
      device,
      at: last,
      confidence,
      summary: `Somebody at ${peer} ${did}: that address is on the threat list ${quote(indicator.list, 32)}`,
      evidence: {
        seen: quote(peer),
        ...(port !== undefined && { port }),
        addresses: new Set(rows.map((row) => row.peer)).size,
        lists: [...new Set(rows.map((row) => row.indicator.list))].join(', '),
      },
    },
  ]
}
