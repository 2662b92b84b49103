import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, withStore } from './judging.ts'

test('what is asked for later is what was seen: without a byte order mark, and not endless', () =>
  withStore(async ({ store }) => {
    await store().events.save({
      loop: 'collect/test',
      observations: ['\ufeff\ufeffmarked.example', `${'x'.repeat(100_000)}.example`].map((qname) => ({
        kind: 'dns-query',
        at: at(10),
        address: '192.168.1.20',
        qname,
        qtype: 'A',
      })),
    })
    const found = await store().events.search({ limit: 10 })
    const names = found.map(({ event }) => (event.kind === 'dns-query' ? event.qname : ''))
    assert.deepEqual(names, ['x'.repeat(1000), 'marked.example'])
    const rows = await store().events.search({ text: 'marked.example', limit: 10 })
    assert.equal(rows.length, 1)
  }))
