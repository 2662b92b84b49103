import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLine } from '../../src/core/observation.ts'
import { at, makeStore } from './saving.ts'

const day = 86_400

function line(second: number, template: string, change: Partial<LogLine> = {}): LogLine {
  return { kind: 'log-line', at: at(second), program: 'kernel', message: template, template, ...change }
}

test('templates of a window are counted, and new is what nothing had written before', async (t) => {
  const { save, store, window } = await makeStore(t)
  await save(line(-2 * day, 'usb device attached'), line(-day, 'link is up', { program: 'dhcpd' }))
  const after = store().events.newest()
  await save(
    line(10, 'link is up'),
    line(20, 'usb device attached'),
    line(30, 'read error', { severity: 'err' }),
    line(40, 'read error', { severity: 'crit' }),
  )
  const rows = await store().events.reader.templates(window({ after, from: at(0), imported: false }))
  assert.deepEqual(
    rows.map(({ program, template, count, isNew, severity }) => [program, template, count, isNew, severity]),
    [
      ['kernel', 'read error', 2, true, 'crit'],
      ['kernel', 'link is up', 1, true, undefined],
      ['kernel', 'usb device attached', 1, false, undefined],
    ],
  )
  assert.deepEqual([rows[0]?.first, rows[0]?.last], [at(30), at(40)])
})

test('what was imported was written before, and a source that is young writes nothing new', async (t) => {
  const { save, import: put, store, window } = await makeStore(t)
  await put(line(-3600, 'read error'))
  const after = store().events.newest()
  await save(line(10, 'read error'), line(20, 'link is up'))
  const rows = await store().events.reader.templates(window({ after, from: at(0), imported: false }))
  assert.deepEqual(
    rows.map(({ template, isNew }) => [template, isNew]),
    [
      ['link is up', false],
      ['read error', false],
    ],
  )
})
