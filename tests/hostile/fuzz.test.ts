import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { huge, long, makeRandom, wrong } from './fuzz.ts'
import { type Parser, parsers } from './parsers.ts'

/** Every parser reads what is nearly right. `FUZZ=1000000` for more than the usual 200,000 texts. */

const total = Number(process.env['FUZZ'] ?? 200_000)
const each = Math.ceil(total / Object.keys(parsers).length)
/** Of so many texts one has 100 kB, and one has 1 kB and is as full of one thing. */
const rare = 250
const small = 1000
/** What a byte of a long line may cost in bytes of a short one: what is quadratic costs a hundred. */
const dearer = 15

interface Cost {
  milliseconds: number
  bytes: number
}

/** Reads so many wrong texts; throws with the text at which the parser threw. Gives what short and long ones cost. */
async function costOf({ seeds, make }: Parser, count: number): Promise<{ short: Cost; long: Cost }> {
  const random = makeRandom(count)
  const costs = { short: { milliseconds: 0, bytes: 0 }, long: { milliseconds: 0, bytes: 0 } }
  let read = make()
  for (let number = 0; number < count; number += 1) {
    if (number % 1000 === 0) read = make()
    const turn = number % rare
    const text =
      turn === 0 ? long(seeds, huge, random) : turn < 11 ? long(seeds, small, random) : wrong(seeds, random)
    const began = performance.now()
    try {
      const found = read(text)
      if (found instanceof Promise) await found
    } catch (cause) {
      throw new Error(`text ${number}: ${JSON.stringify(text.slice(0, 500))}`, { cause })
    }
    const ended = performance.now()
    if (turn > 10) continue
    const cost = turn === 0 ? costs.long : costs.short
    cost.milliseconds += ended - began
    cost.bytes += text.length
  }
  return costs
}

/** How many times as much a byte of a long line costs. */
function ratioOf({ short, long: hard }: { short: Cost; long: Cost }): number {
  return hard.milliseconds / hard.bytes / (short.milliseconds / short.bytes)
}

test('every file of src/formats is here', () => {
  const files = readdirSync(new URL('../../src/formats', import.meta.url), { recursive: true }).map(String)
  assert.deepEqual(
    files.sort(),
    Object.keys(parsers)
      .map((name) => `${name}.ts`)
      .sort(),
  )
})

for (const [name, parser] of Object.entries(parsers))
  test(`${name} takes ${each} wrong texts, in time in proportion to their length`, async (t) => {
    const read = parser.make()
    const understood = await Promise.all(parser.seeds.map((seed) => read(seed)))
    assert.ok(
      understood.some((found) => found !== undefined),
      'it understands what is right',
    )
    const costs = await costOf(parser, each)
    const ratio = ratioOf(costs)
    t.diagnostic(`a byte of 100 kB costs ${ratio.toFixed(2)} bytes of 1 kB`)
    assert.ok(ratio < dearer, `${ratio}: ${JSON.stringify(costs)}`)
  })

test('what throws and what runs away is found', async () => {
  const seeds = ['192.168.1.5 camera', '192.168.1.6 phone'] as const
  const throws = (text: string) => text.split(' ')[1]?.length.toFixed() ?? decodeURIComponent(`${text}%`)
  await assert.rejects(costOf({ seeds, make: () => throws }, 100), /^Error: text \d+: "/)
  const quadratic = (text: string) => {
    let sum = 0
    for (let from = 0; from < text.length; from += 50)
      for (let at = from; at < text.length; at += 1) sum += text.charCodeAt(at)
    return sum
  }
  assert.ok(ratioOf(await costOf({ seeds, make: () => quadratic }, 500)) > dearer)
})
