import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getDomain } from 'tldts'
import { nameScore } from '../src/math/name-score.ts'

/**
 * How many made-up names a name's score finds, by malware family, where it takes at most one ordinary domain in 200
 * for made up: `node bench/name-score.ts FOLDER`, with dga-dev.csv (`domain,family,…`), benign-dev.csv
 * (`domain,set,…`) and benign-infrastructure-dev.csv (`domain,…`) in FOLDER. What the model learned from is left out.
 */
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Say the folder that holds the lists.')

const rows = (file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([name = '', group = '']) => ({
      domain: getDomain(name, { allowPrivateDomains: true }) ?? name,
      group,
    }))
const scoreOf = (domain: string) => nameScore(domain).confidence
const share = (domains: Iterable<string>, least: number) => {
  const scores = Array.from(domains, scoreOf)
  return scores.filter((score) => score >= least).length / scores.length
}
const percent = (value: number) => `${(100 * value).toFixed(2).padStart(6)} %`

const benign = Map.groupBy(rows('benign-dev.csv'), (row) => row.group)
const domainsOf = (set: string) => new Set((benign.get(set) ?? []).map((row) => row.domain))
const learned = domainsOf('umbrella-fqdn')
const infrastructure = new Set(rows('benign-infrastructure-dev.csv').map((row) => row.domain))
const unseen = domainsOf('cloudflare-top100k')
  .union(domainsOf('cloudflare-top1m-longtail'))
  .difference(learned)
  .difference(infrastructure)

const steps = Array.from({ length: 51 }, (_, step) => step / 100)
const least = steps.find((step) => share(unseen, step) <= 0.005) ?? 1
console.log(
  `confidence ${least}: ${percent(share(unseen, least))} of ${unseen.size} ordinary domains never seen`,
)
console.log(`${percent(share(learned, least))} of ${learned.size} popular ones (learned from)`)
console.log(`${percent(share(infrastructure, least))} of ${infrastructure.size} of CDNs, clouds and makers`)
const generated = rows('dga-dev.csv')
console.log(`${percent(share(new Set(generated.map((row) => row.domain)), least))} of all made-up names`)
for (const [family, names] of Map.groupBy(generated, (row) => row.group)) {
  console.log(`${percent(share(new Set(names.map((row) => row.domain)), least))} ${family}`)
}
