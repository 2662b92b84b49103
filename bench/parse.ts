/** How many dnsmasq lines a second are parsed on one core. `node bench/parse.ts [FILE]`; without a file, generated ones. */
import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { makeDnsmasqParser } from '../src/formats/dnsmasq.ts'
import { dnsmasqLines } from './lines.ts'

const count = 300_000
const [, , file] = argv
const text =
  file === undefined ? Array.from(dnsmasqLines({ count })).join('\n') : readFileSync(file, 'utf8').trimEnd()
let best = 0
for (let round = 0; round < 7; round++) {
  const began = performance.now()
  const parse = makeDnsmasqParser(new Date(2026, 11, 1))
  const kinds: Record<string, number> = {}
  const lines = text.split('\n')
  for (const line of lines) {
    const seen = parse(line)
    const kind = typeof seen === 'string' ? seen : seen.kind
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  best = Math.max(best, lines.length / ((performance.now() - began) / 1000))
  if (round === 0) console.log(`${lines.length} lines, ${text.length} bytes`, kinds)
}
console.log(`${Math.round(best).toLocaleString('en')} lines/s parsed`)
