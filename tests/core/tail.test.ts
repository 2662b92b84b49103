import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { UnavailableError } from '../../src/core/errors.ts'
import { readOn, tailCursor, type TailCursor } from '../../src/core/tail.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tail-'))
  file = join(folder, 'pihole.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Every line from here to the end, and where that is. */
async function readAll(from?: TailCursor, newest = 1e9) {
  const lines: string[] = []
  let cursor = from
  let lost = false
  for (let more = true; more;) {
    const piece = await readOn(file, cursor && tailCursor.parse(JSON.parse(JSON.stringify(cursor))), newest)
    lines.push(...piece.lines)
    cursor = piece.cursor
    more = piece.more
    lost ||= piece.lost
  }
  assert.ok(cursor)
  return { lines, cursor, lost }
}

describe('reading on in a file', () => {
  it('gives each line once, and waits for the end of a line', async () => {
    writeFileSync(file, 'one\ntwo\nthr')
    const first = await readAll()
    assert.deepEqual(first.lines, ['one', 'two'])
    appendFileSync(file, 'ee\n')
    const second = await readAll(first.cursor)
    assert.deepEqual(second.lines, ['three'])
    assert.deepEqual((await readAll(second.cursor)).lines, [])
  })

  it('starts at a whole line among the newest bytes', async () => {
    writeFileSync(file, 'one\ntwo\nthree\n')
    assert.deepEqual((await readAll(undefined, 8)).lines, ['three'])
  })

  it('begins with nothing in an empty file', async () => {
    writeFileSync(file, '')
    const first = await readAll()
    appendFileSync(file, 'one\n')
    assert.deepEqual((await readAll(first.cursor)).lines, ['one'])
  })

  it('finishes a renamed file before the new one', async () => {
    writeFileSync(file, 'one\n')
    const { cursor } = await readAll()
    appendFileSync(file, 'two\n')
    renameSync(file, `${file}.1`)
    writeFileSync(file, '')
    const emptyYet = await readAll(cursor)
    assert.deepEqual(emptyYet.lines, ['two'])
    appendFileSync(`${file}.1`, 'three\n')
    const late = await readAll(emptyYet.cursor)
    assert.deepEqual(late.lines, ['three'])
    appendFileSync(file, 'four\n')
    const anew = await readAll(late.cursor)
    assert.deepEqual({ lines: anew.lines, lost: anew.lost }, { lines: ['four'], lost: false })
    appendFileSync(file, 'five\n')
    assert.deepEqual((await readAll(anew.cursor)).lines, ['five'])
  })

  it('finishes the copy of an emptied file', async () => {
    writeFileSync(file, 'one\n')
    const { cursor } = await readAll()
    appendFileSync(file, 'two\n')
    copyFileSync(file, join(folder, 'pihole-20261120.log'))
    truncateSync(file)
    appendFileSync(file, 'a new file, longer than the old one\n')
    const next = await readAll(cursor)
    assert.deepEqual(next.lines, ['two', 'a new file, longer than the old one'])
    assert.equal(next.lost, false)
  })

  it('gives each line once, in order, whatever is done to the file', async () => {
    const step = fc.record({
      before: fc.nat(3),
      rotate: fc.constantFrom('not', 'rename', 'copy'),
      after: fc.integer({ min: 1, max: 3 }),
      long: fc.boolean(),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        file = join(folder, `run${run++}.log`)
        const written: string[] = []
        const write = (count: number, long: boolean) => {
          for (let line = 0; line < count; line++) {
            written.push(`${run} ${written.length} ${long ? 'x'.repeat(400) : ''}`)
            appendFileSync(file, `${written.at(-1)}\n`)
          }
        }
        write(1, false)
        let { cursor, lines } = await readAll()
        for (const [number, { before, rotate, after, long }] of steps.entries()) {
          write(before, long)
          if (rotate === 'copy') copyFileSync(file, `${file}.${number}`)
          if (rotate === 'copy') truncateSync(file)
          if (rotate === 'rename') renameSync(file, `${file}.${number}`)
          if (rotate === 'rename') writeFileSync(file, '')
          write(after, long)
          const more = await readAll(cursor)
          lines = [...lines, ...more.lines]
          cursor = more.cursor
        }
        assert.deepEqual(lines, written)
      }),
      { numRuns: 200 },
    )
  })

  it('says so when the old file is gone', async () => {
    writeFileSync(file, 'one\ntwo\n')
    const { cursor } = await readAll()
    writeFileSync(file, 'three and more\n')
    const next = await readAll(cursor)
    assert.deepEqual({ lines: next.lines, lost: next.lost }, { lines: ['three and more'], lost: true })
  })

  it('knows a file again that was moved in with another inode', async () => {
    writeFileSync(file, 'one\n')
    const { cursor } = await readAll()
    copyFileSync(file, `${file}.new`)
    appendFileSync(`${file}.new`, 'two\n')
    renameSync(`${file}.new`, file)
    assert.deepEqual((await readAll(cursor)).lines, ['two'])
  })

  it('takes a big file in bounded pieces', async () => {
    const line = `${'x'.repeat(99)}\n`
    writeFileSync(file, line.repeat(80_000))
    let most = 0
    let lines = 0
    let cursor: TailCursor | undefined
    for (let more = true; more;) {
      const piece = await readOn(file, cursor, 1e9)
      most = Math.max(most, piece.lines.length)
      lines += piece.lines.length
      ;({ cursor, more } = piece)
    }
    assert.equal(lines, 80_000)
    assert.ok(most <= 21_000, `${most} lines at once`)
  })

  it('gets past a line that never ends', async () => {
    writeFileSync(file, `${'\0'.repeat(8_000_000)}\nafter\n`)
    assert.equal((await readAll()).lines.at(-1), 'after')
  })

  it('can stop between two lines, whatever bytes they hold', async () => {
    writeFileSync(file, Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0xe2, 0x82, 0xac, 0x0a, 0x62, 0x0a]))
    const piece = await readOn(file, undefined, 1e9)
    assert.deepEqual(piece.lines, ['a\uFFFD\uFFFD', '€', 'b'])
    assert.deepEqual((await readAll(piece.cursorAfter(1))).lines, ['€', 'b'])
    assert.deepEqual((await readAll(piece.cursorAfter(2))).lines, ['b'])
    assert.deepEqual((await readAll(piece.cursorAfter(3))).lines, [])
  })

  it('says what to do when there is no file', async () => {
    await assert.rejects(
      readOn(file, undefined, 1),
      (error) => error instanceof UnavailableError && /does not exist/.test(error.message),
    )
    await assert.rejects(
      readOn(folder, undefined, 1),
      (error) => error instanceof UnavailableError && /not a file/.test(error.message),
    )
  })
})
