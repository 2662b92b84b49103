import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { newestOf, readWhole } from '../../src/core/files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('where a file usually is', () => {
  it('is where it was written last, and stays so', async () => {
    const places = ['a.log', 'b.log', 'c.log'].map((name) => join(folder, name))
    const [first = '', second = ''] = places
    assert.equal(await newestOf(places, undefined), undefined)
    writeFileSync(first, '')
    utimesSync(first, 1000, 1000)
    assert.equal(await newestOf(places, undefined), first)
    writeFileSync(second, '')
    assert.equal(await newestOf(places, undefined), second)
    assert.equal(await newestOf(places, first), first)
    assert.equal(await newestOf(places, 'gone.log'), second)
  })
})

describe('a small file', () => {
  it('is read as a whole, with its time', async () => {
    const file = join(folder, 'leases')
    writeFileSync(file, 'one\n')
    utimesSync(file, 1000, 1000)
    assert.deepEqual(await readWhole(file, 100), { text: 'one\n', written: new Date(1_000_000) })
  })

  it('is one that is there and small', async () => {
    const file = join(folder, 'leases')
    await assert.rejects(
      readWhole(file, 100),
      (error) => error instanceof UnavailableError && /does not exist/.test(error.message),
    )
    writeFileSync(file, 'x'.repeat(101))
    await assert.rejects(
      readWhole(file, 100),
      (error) => error instanceof UnavailableError && /larger/.test(error.message),
    )
  })
})
