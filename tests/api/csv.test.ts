import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toCsvLine } from '../../src/api/csv.ts'

test('what a spreadsheet would take for a formula is text, and numbers are numbers', () => {
  const at = new Date('2026-11-21T09:00:00Z')
  for (const [cell, line] of [
    ['evil.example', 'evil.example'],
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+49', "'+49"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    [' \r\n=1', `"' \r\n=1"`],
    ['\u200B=1', "'\u200B=1"],
    ['＝1', "'＝1"],
    ['a,b', '"a,b"'],
    [-2.5, '-2.5'],
    [true, 'true'],
    [undefined, ''],
    [at, '2026-11-21T09:00:00.000Z'],
  ] as const)
    assert.equal(toCsvLine([cell]), `${line}\r\n`)
})

test('any text comes back whole, and never as a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (cells) => {
      const line = toCsvLine(cells)
      const read = [...`,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
      )
      assert.deepEqual(
        read.map((cell, index) => (cell === `'${cells[index]}` ? cell.slice(1) : cell)),
        cells,
      )
      for (const cell of read) assert.doesNotMatch(cell, /^[=+\-@\t\r]/)
    }),
  )
})
