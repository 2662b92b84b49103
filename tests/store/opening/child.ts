import { openStore } from '../../../src/store/open.ts'

/**
 * A process to be killed: saves events without end, each piece with its cursor, and prints the number of the last one
 * that was acknowledged. `node child.ts FOLDER`.
 */
const [folder = ''] = process.argv.slice(2)
const store = await openStore({ folder, now: () => new Date() })
const saved = await store.cursors.get('collect/child')
let next = typeof saved === 'number' ? saved : 0

for (;;) {
  const observations = Array.from({ length: 1 + (next % 300) }, (_, index) => ({
    kind: 'dns-query' as const,
    at: new Date(1_800_000_000_000 + (next + index) * 1000),
    address: `192.168.1.${(next + index) % 50}`,
    qname: `n${next + index}.example.com`,
    qtype: 'A',
  }))
  next += observations.length
  await Promise.all([
    store.events.save({ loop: 'collect/child', observations, cursor: next }),
    store.cursors.set('test', next, 'now'),
  ])
  process.stdout.write(`${next}\n`)
}
