import * as z from 'zod'
import type { Detector, DomainRow } from '../core/detector.ts'
import type { DeviceId } from '../core/device.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import { nameScore } from '../math/name-score.ts'
import { registered } from '../math/registered.ts'

const options = z.object({
  names: count(
    'Made-up names in a burst',
    'So many odd names from one device within ten minutes are judged together.',
    { min: 2, max: 1000 },
  ).default(4),
  odd: number(
    'Odd from',
    'A name whose oddness (0 to 0.5, see `judge domain`) is at least this counts towards a burst.',
    { min: 0.05, max: 0.5 },
  ).default(0.15),
  missing: count(
    'Names that do not exist',
    'So many domains within ten minutes that do not exist are a burst too, even when they look ordinary.',
    { min: 4, max: 1000 },
  ).default(12),
  alone: number(
    'Odd by itself from',
    'A single name whose oddness is at least this is a weak signal of its own.',
    { min: 0.05, max: 0.5 },
  ).default(0.4),
})

export default {
  name: 'dga',
  title: 'Made-up domain names',
  technique: 'T1568.002',
  advice:
    'Find out which program on the device asks for these names; if nobody knows, take the device off the network and check it for malware.',
  spoken: 'it asks for names that a program seems to make up',
  options,
  on: ['dns-query', 'dns-answer'],
  every: () => 300,
  lookback: 600,
  async detect({ options, fresh, window, events }) {
    // Of the thousands of names that a house asks for few are odd: only these are looked at closer.
    const asked = await events.domainNames(window)
    const oddDomains = asked.filter((domain) => nameScore(domain).confidence >= options.odd)
    const suspects = (await events.domains(window, oddDomains)).map(toSuspect)
    return [...Map.groupBy(suspects, ({ row }) => row.device)].flatMap(([device, suspects]) => {
      const odd = suspects.filter(({ oddness }) => oddness >= options.odd)
      const missing = suspects.filter(({ isMissing }) => isMissing)
      if (odd.length >= options.names || missing.length >= options.missing)
        return [toBurst(device, [...new Set([...odd, ...missing])])]
      return odd
        .filter(({ row, oddness }) => oddness >= options.alone && row.last >= fresh.from)
        .map(toSingle)
    })
  },
} satisfies Detector<z.infer<typeof options>>

/** A registered domain that may be made up. */
export interface Suspect {
  readonly row: DomainRow
  /** Of its name alone, 0 to 0.5. */
  readonly oddness: number
  /** None of its names exist, and that is not a blocker's answer. */
  readonly isMissing: boolean
  /** What it adds to a burst, 0 to 1. */
  readonly weight: number
}

/** Malware walks through names until one exists: one that does not weighs its whole oddness, others a third. */
export function toSuspect(row: DomainRow): Suspect {
  const oddness = nameScore(row.domain).confidence
  const isMissing =
    row.nxdomain === row.names && row.blocked === 0 && registered(row.domain).standing === 'own'
  const weight = isMissing ? Math.max(0.2, 2 * oddness) : (2 * oddness) / 3
  return { row, oddness, isMissing, weight }
}

/** One odd name: weak, whatever it looks like. */
export function toSingle({ row, oddness, isMissing }: Suspect): Signal {
  return {
    detector: 'dga',
    device: row.device,
    target: row.domain,
    at: row.last,
    confidence: oddness,
    cause: `dns:${row.domain}`,
    summary: `Asked for ${quote(row.domain)}, a name that looks made up by a program`,
    evidence: {
      domain: quote(row.domain),
      queries: row.queries,
      nxdomain: isMissing,
      reasons: nameScore(row.domain).reasons.join('; '),
    },
  }
}

/** Names that came together: one claim without target, so that the burst's next minutes are the same signal. */
export function toBurst(device: DeviceId, names: readonly Suspect[]): Signal {
  const missing = names.filter(({ isMissing }) => isMissing).length
  const examples = names.toSorted((a, b) => b.weight - a.weight || (a.row.domain < b.row.domain ? -1 : 1))
  return {
    detector: 'dga',
    device,
    at: new Date(Math.max(...names.map(({ row }) => row.last.getTime()))),
    confidence: burstConfidence(names),
    summary: `Asked within ten minutes for ${names.length} names as a program makes them up, ${missing} of which do not exist`,
    evidence: {
      names: names.length,
      nxdomain: missing,
      nxdomainShare: Math.round((100 * missing) / names.length) / 100,
      queries: names.reduce((sum, { row }) => sum + row.queries, 0),
      examples: examples
        .slice(0, 3)
        .map(({ row }) => quote(row.domain, 64))
        .join(', '),
    },
  }
}

/** 4 surely odd names that do not exist give 0.86, 10 give 0.97; 4 that do exist 0.5; 12 ordinary ones that do not 0.71. */
function burstConfidence(names: readonly Suspect[]): number {
  const weight = names.reduce((sum, name) => sum + name.weight, 0)
  return Math.round(97 * (1 - Math.exp(-weight / 1.8))) / 100
}
