import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectors } from '../../src/collectors/index.ts'
import type { Check } from '../../src/core/plugin.ts'
import { makeBoard, type HealthRow } from '../../src/core/health.ts'
import { makeLog } from '../../src/core/log.ts'
import { checkAll } from '../../src/pipeline/check.ts'
import { covered, pairsOf } from '../../src/pipeline/cover.ts'
import * as z from 'zod'

const pairs = [{ one: 'journal', other: 'file' }]

const row = (loop: string, state: HealthRow['state'], reason?: string): HealthRow => ({
  ...{ loop, title: `The ${loop}`, state, since: new Date(0), hasWorked: false, count: 0, dropped: 0 },
  ...(reason !== undefined && { reason }),
})

const coverOf = (...rows: HealthRow[]) => covered(rows, pairs).map(({ coveredBy }) => coveredBy)

test('each source that stands in for another names one that there is', () => {
  const names = collectors.map(({ name }) => name)
  const own = pairsOf(collectors)
  assert.ok(own.length > 0)
  assert.deepEqual(
    own.filter(({ other }) => !names.includes(other)),
    [],
  )
})

test('a source that is not here is covered while the one that does its work works, whichever of the two', () => {
  const works = row('collect/journal', 'ok')
  const absent = row('collect/file', 'off', 'There is none')
  assert.deepEqual(coverOf(works, absent), [undefined, 'The collect/journal'])
  const turned = [row('collect/journal', 'off', 'Not needed'), row('collect/file#2', 'ok')]
  assert.deepEqual(coverOf(...turned), ['The collect/file#2', undefined])
  assert.deepEqual(coverOf(row('collect/journal', 'waiting', 'x'), absent), [undefined, undefined])
  assert.deepEqual(coverOf(works, row('collect/file', 'off')), [undefined, undefined], 'switched off')
  assert.deepEqual(coverOf(works, row('collect/other', 'off', 'x')), [undefined, undefined])
  assert.deepEqual(coverOf(works, row('notify/file', 'off', 'x')), [undefined, undefined])
})

test('a check says the same, with no loop running', async () => {
  const plugin = (name: string, checks: Check[]) => ({
    ...{ name, title: `The ${name}`, options: z.object({}) },
    check: async () => checks,
  })
  const none: Check = { ok: true, optional: true, message: 'There is none' }
  const check = async (journal: Check[], file: Check[], raw: object = {}) => {
    const found = await checkAll({
      kinds: { collectors: [plugin('journal', journal), plugin('file', file)] },
      config: { places: (path) => [path === 'collectors.file' ? { ...raw } : {}] },
      board: makeBoard(() => new Date()),
      pairs,
      loopName: (kind, name) => `${kind}/${name}`,
      isMissed: async () => false,
      home: undefined,
      context: (options, more) => ({ options, ...more, now: () => new Date(), home: undefined }),
      log: makeLog({ level: 'error', secrets: () => [] }),
      stop: new AbortController().signal,
    })
    return found.map(({ coveredBy }) => coveredBy)
  }
  const well: Check = { ok: true, message: 'The journal is followed' }
  assert.deepEqual(await check([well], [none]), [undefined, 'The journal'])
  assert.deepEqual(await check([none], [none]), [undefined, undefined])
  assert.deepEqual(await check([{ ...well, ok: false }], [none]), [undefined, undefined])
  assert.deepEqual(await check([well], [none], { enabled: false }), [undefined, undefined], 'switched off')
})
