import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import { openGrants } from '../../src/store/grants.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grants-'))
})
afterEach(() => rm(folder, { recursive: true }))

const open = (changed = () => {}) => openGrants({ folder, now: () => new Date(), found: () => {}, changed })
const day = (date: number) => new Date(Date.UTC(2026, 10, date))
const grant = {
  device: toDeviceId('d-0a1b2c3d'),
  detector: 'new-domain',
  target: 'a.example',
  from: day(1),
  until: day(10),
  by: 'page',
  alert: 'a3',
}

test('a grant is in force from its beginning to before its end, also after a restart', async () => {
  const [given] = await (await open()).add([grant])
  deepEqual(given, { ...grant, id: 'g1' })
  const grants = await open()
  deepEqual(grants.active(day(1)), [given])
  deepEqual(grants.active(day(9)), [given])
  deepEqual(grants.active(day(10)), [])
  deepEqual(grants.active(new Date(day(1).getTime() - 1)), [])
})

test('revoking ends it once, and wakes', async () => {
  let changes = 0
  const grants = await open(() => (changes += 1))
  await grants.add([grant])
  equal(await grants.revoke('g1', day(5)), true)
  equal(await grants.revoke('g1', day(6)), false)
  equal(await grants.revoke('g9', day(6)), false)
  equal(changes, 2)
  deepEqual(grants.active(day(5)), [])
  equal(grants.active(day(4)).length, 1)
  deepEqual(grants.list(), [{ ...grant, id: 'g1', until: day(5) }])
})

test('given at the same time, each has a number of its own', async () => {
  const grants = await open()
  await Promise.all([grants.add([grant, grant]), grants.add([grant]), grants.add([grant])])
  deepEqual(
    grants.list().map(({ id }) => id),
    ['g1', 'g2', 'g3', 'g4'],
  )
})
