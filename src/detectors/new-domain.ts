import * as z from 'zod'
import type { Baseline } from '../core/baseline.ts'
import type { Detector, NewDomainRow } from '../core/detector.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import { registered } from '../math/registered.ts'

const options = z.object({
  settle: number(
    'Days to settle',
    'A device is not judged before it has been seen asking for names this many days.',
    {
      min: 0,
      max: 60,
    },
  ).default(1),
  most: count(
    'Names told one by one',
    'When a device meets more new names in an hour, they are one signal.',
    {
      min: 1,
      max: 100,
    },
  ).default(3),
})

export default {
  name: 'new-domain',
  title: 'Domains new to a device',
  advice:
    'Usually a new program or page; look closer when the device is one that talks to a few fixed addresses.',
  spoken: 'it asked for a name it never asked for before',
  options,
  on: ['dns-query'],
  every: () => 300,
  lookback: 3600,
  async detect(context) {
    const { options, fresh, window, events } = context
    const rows = (await events.newDomains(window, options.settle * 86_400)).filter(
      ({ domain }) => registered(domain).standing !== 'none',
    )
    return [...Map.groupBy(rows, (row) => row.device)].flatMap(([device, names]) => {
      const usual = context.baseline(device, 'new-domains')
      const ofThisStep = names.filter(({ at }) => at >= fresh.from)
      if (ofThisStep.length === 0) return []
      const isLively = usual !== undefined && names.length <= usual.median
      return names.length > options.most || isLively ? toFold(names, usual) : ofThisStep.map(toSignal)
    })
  },
} satisfies Detector<z.infer<typeof options>>

/** One domain that the device never asked for before. */
export function toSignal({ device, domain, qname, at, others, deviceSince }: NewDomainRow): Signal {
  return {
    detector: 'new-domain',
    device,
    target: domain,
    at,
    confidence: others > 0 ? 0.2 : 0.3,
    cause: `dns:${domain}`,
    summary: `Asked for ${quote(domain)} for the first time`,
    evidence: {
      domain: quote(domain),
      qname: quote(qname),
      othersHere: others,
      daysKnown: Math.floor((at.getTime() - deviceSince.getTime()) / 86_400_000),
    },
  }
}

/** Many at once, or as many as the device meets every day: one claim without target. */
export function toFold(names: readonly NewDomainRow[], usual: Baseline | undefined): Signal[] {
  const newest = names.toSorted((a, b) => b.at.getTime() - a.at.getTime())
  const [last] = newest
  if (last === undefined) return []
  const unseen = newest.filter(({ others }) => others === 0)
  const isOrdinary = unseen.length === 0 || (usual !== undefined && names.length <= usual.median)
  return [
    {
      detector: 'new-domain',
      device: last.device,
      at: last.at,
      confidence: isOrdinary ? 0.2 : 0.35,
      summary: `Asked for ${names.length} domains within an hour that are new to it`,
      evidence: {
        domains: names.length,
        newToTheHouse: unseen.length,
        examples: newest
          .slice(0, 3)
          .map(({ domain }) => quote(domain, 64))
          .join(', '),
        ...(usual && { usualPerDay: usual.median }),
      },
    },
  ]
}
