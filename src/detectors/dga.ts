import * as z from 'zod'
import type { Detector, DomainRow } from '../core/detector.ts'
import type { DeviceId } from '../core/device.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import { nameScore } from '../math/name-score.ts'

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
  options,
  on: ['dns-query', 'dns-answer'],
  every: () => 60,
  lookback: 600,
  async detect({ options, window, events }) {
    const rows = await events.domains(window)
    const odd = rows
      .map((row) => ({ row, oddness: nameScore(row.domain).confidence }))
      .filter(({ oddness }) => oddness >= options.odd)
    return [...Map.groupBy(odd, ({ row }) => row.device)].flatMap(([device, names]) =>
      names.length >= options.names
        ? [toBurst(device, names)]
        : names.filter(({ oddness }) => oddness >= options.alone).map(toSingle),
    )
  },
} satisfies Detector<z.infer<typeof options>>

/** A registrable domain and how odd its name looks, 0 to 0.5. */
export interface OddName {
  readonly row: DomainRow
  readonly oddness: number
}

/** One odd name: weak, whatever it looks like. */
export function toSingle({ row, oddness }: OddName): Signal {
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
      nxdomain: row.nxdomain > 0,
      reasons: nameScore(row.domain).reasons.join('; '),
    },
  }
}

/** Odd names that came together: one claim without target, so that the burst's next minutes are the same signal. */
export function toBurst(device: DeviceId, names: readonly OddName[]): Signal {
  const missing = names.filter(({ row }) => row.nxdomain > 0)
  const examples = names.toSorted((a, b) => b.oddness - a.oddness || (a.row.domain < b.row.domain ? -1 : 1))
  return {
    detector: 'dga',
    device,
    at: new Date(Math.max(...names.map(({ row }) => row.last.getTime()))),
    confidence: burstConfidence(names),
    summary: `Asked for ${names.length} names within ten minutes that look made up by a program, ${missing.length} of which do not exist`,
    evidence: {
      names: names.length,
      nxdomain: missing.length,
      nxdomainShare: Math.round((100 * missing.length) / names.length) / 100,
      queries: names.reduce((sum, { row }) => sum + row.queries, 0),
      examples: examples
        .slice(0, 3)
        .map(({ row }) => quote(row.domain, 64))
        .join(', '),
    },
  }
}

/**
 * Malware walks through names until one exists, so a name that does not exist weighs its whole oddness and others a
 * third: 4 sure ones that do not exist give 0.86, 10 give 0.97; 4 that do exist 0.5.
 */
function burstConfidence(names: readonly OddName[]): number {
  const weight = names.reduce(
    (sum, { row, oddness }) => sum + 2 * oddness * (row.nxdomain > 0 ? 1 : 1 / 3),
    0,
  )
  return Math.round(97 * (1 - Math.exp(-weight / 1.8))) / 100
}
