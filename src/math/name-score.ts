import { parse } from 'tldts'
import { cost } from './name-model.ts'
import { ordinaryNames } from './name-table.ts'

/** How sure a name alone makes us that a program made it up, and why. */
export interface NameScore {
  /** 0 to 0.5: a name alone is never proof. */
  readonly confidence: number
  /** Plain words; what the name says itself is not repeated. */
  readonly reasons: readonly string[]
}

/** Bits that a letter of an ordinary name costs, a little generously. */
const usual = 4
/** Bits beyond the usual from which a name begins to look made up, and at which it surely does: of registered domains one in four and one in 600. */
const odd = { from: 5, to: 30 }

/** Suffixes below which anybody gets any name at once and for nothing: malware has used all of these. Others (CDNs, clouds) give out random names themselves. */
const dynamicDns = new Set(
  'ddns.net hopto.org zapto.org sytes.net no-ip.org no-ip.biz no-ip.info myftp.org myftp.biz serveftp.com servehttp.com redirectme.net duckdns.org dynu.net dyndns.org dnsalias.com mooo.com chickenkiller.com strangled.net bazar coin emc lib'.split(
    ' ',
  ),
)

/**
 * Judges the label that somebody registered (of `www.example.co.uk`, `example`) by how ordinary names are spelt.
 * Names that nobody registers (`nas.local`, `printer.lan`, reverse lookups), internationalised ones and hosts that a
 * CDN or cloud named are not judged: confidence 0, and the reason says so. Measured by bench/name-score.ts.
 */
export function nameScore(name: string): NameScore {
  const { domainWithoutSuffix, publicSuffix, isIcann, isPrivate, isIp } = parse(name, {
    allowPrivateDomains: true,
  })
  const label = domainWithoutSuffix?.toLowerCase() ?? ''
  const free = dynamicDns.has(publicSuffix ?? '')
  if (isIp === true || label === '') return notJudged('it has no registered part')
  if (publicSuffix?.endsWith('arpa') === true) return notJudged('it is a reverse lookup')
  if (isPrivate === true && !free)
    return notJudged('it stands under a shared host, which gives such names out itself')
  if (isIcann !== true && !free) return notJudged('nobody can register it')
  if (label.startsWith('xn--')) return notJudged('it is written in another alphabet')

  const beyond = cost(label, ordinaryNames) - usual * label.length
  const confidence = 0.5 * Math.min(1, Math.max(0, (beyond - odd.from) / (odd.to - odd.from)))
  return { confidence: Math.round(confidence * 100) / 100, reasons: reasonsFor(label, beyond) }
}

function notJudged(why: string): NameScore {
  return { confidence: 0, reasons: [`not judged: ${why}`] }
}

function reasonsFor(label: string, beyond: number): readonly string[] {
  if (beyond < odd.from) return ['spelt as ordinary names are']
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
