import { cost } from './name-model.ts'
import { ordinaryNames } from './name-table.ts'
import { registered } from './registered.ts'

/** How sure a name alone makes us that a program made it up, and why. */
export interface NameScore {
  /** 0 to 0.5: a name alone is never proof. */
  readonly confidence: number
  /** Plain words; what the name says itself is not repeated. */
  readonly reasons: readonly string[]
}

/** Bits that a letter of an ordinary name costs, a little generously. */
const usual = 4
/** Bits beyond the usual from which a name begins to look made up, and at which it surely does: of ordinary domains one in four and one in 600. */
const odd = { from: 5, to: 30 }

/**
 * Judges the label that somebody registered (of `www.example.co.uk`, `example`) by how ordinary names are spelt.
 * Names that nobody registers (`nas.local`, `printer.lan`, reverse lookups), internationalised ones and hosts that a
 * CDN or cloud named are not judged: confidence 0, and the reason says so. Measured by bench/name-score.ts.
 */
export function nameScore(name: string): NameScore {
  const { label, standing } = registered(name)
  if (standing === 'none') return notJudged('nobody registers such a name')
  if (standing === 'shared') return notJudged('the host that it stands under gives such names out itself')
  if (label.startsWith('xn--')) return notJudged('it is written in another alphabet')
  const beyond = cost(label, ordinaryNames) - usual * label.length
  const confidence = 0.5 * Math.min(1, Math.max(0, (beyond - odd.from) / (odd.to - odd.from)))
  return { confidence: Math.round(confidence * 100) / 100, reasons: reasonsFor(label, beyond) }
}

function notJudged(why: string): NameScore {
  return { confidence: 0, reasons: [`not judged: ${why}`] }
}

function reasonsFor(label: string, beyond: number): readonly string[] {
  if (beyond <= odd.from) return ['spelt as ordinary names are']
  const letters = label.replaceAll(/[^a-z]/g, '')
  const vowels = letters.replaceAll(/[^aeiouy]/g, '').length
  const turns = label.match(/[a-z](?=\d)|\d(?=[a-z])/g)?.length ?? 0
  return [
    `spelt unlike ordinary names: ${beyond} bits beyond what is usual for its length`,
    ...(letters.length >= 6 && vowels < letters.length / 4
      ? [`few vowels: ${vowels} of ${letters.length} letters`]
      : []),
    ...(turns >= 3 ? [`letters and digits change places ${turns} times`] : []),
    ...(label.length >= 18 ? [`long: ${label.length} characters`] : []),
  ]
}
