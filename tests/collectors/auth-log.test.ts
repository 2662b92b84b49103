import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import authLog from '../../src/collectors/auth-log.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import type { Observation } from '../../src/core/observation.ts'
import { collect, contextOf } from './collecting.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auth-log-'))
  file = join(folder, 'auth.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

const lab = readFileSync(new URL('../formats/syslog/auth-iso.log', import.meta.url), 'utf8')
const now = new Date('2026-11-20T23:11:00Z')
const every = 0.25

function words(observation: Observation): string {
  assert.ok(observation.kind === 'auth-attempt')
  const { outcome, service, user, from, host } = observation
  return [outcome, service, user, from, host].join(' ')
}

/** What the whole log says, read at once. */
async function all(): Promise<Observation[]> {
  writeFileSync(join(folder, 'whole'), lab)
  return (await collect(authLog, { options: { file: join(folder, 'whole'), every }, now })).observations
}

describe('a login log', () => {
  it('tells who was refused and who came in', async () => {
    writeFileSync(file, lab)
    const { observations, pieces } = await collect(authLog, { options: { file, every }, now })
    assert.deepEqual(pieces, [{ count: 14, history: false, unknown: 0 }])
    const guesser = 'sshd %s 192.168.50.22 homeserver'
    const guessed = 'root admin pi ubuntu oracle test alice guest root root root admin'.split(' ')
    assert.deepEqual(observations.map(words), [
      ...guessed.map((user) => `failure ${guesser.replace('%s', user)}`),
      'success sshd alice 192.168.50.21 homeserver',
      'success su alice  homeserver',
    ])
    assert.deepEqual(observations[0]?.at, new Date('2026-11-20T23:09:53.638Z'))
  })

  it('is the same when it is read line by line, renamed in between', async () => {
    const expected = await all()
    const seen: Observation[] = []
    let cursor: Awaited<ReturnType<typeof authLog.poll>>['cursor'] | undefined
    writeFileSync(file, '')
    for (const [number, line] of lab.trimEnd().split('\n').entries()) {
      if (number % 20 === 19) {
        renameSync(file, `${file}.${number}`)
        writeFileSync(file, '')
      }
      appendFileSync(file, `${line}\n`)
      const part = await collect(authLog, { options: { file, every }, cursor, now })
      seen.push(...part.observations)
      cursor = part.cursor
    }
    assert.deepEqual(seen, expected)
  })

  it('met for the first time is history up to an hour ago', async () => {
    writeFileSync(file, lab)
    utimesSync(file, now, now)
    const later = new Date('2026-11-21T00:10:10Z')
    const { pieces, observations } = await collect(authLog, { options: { file, every }, now: later })
    assert.equal(observations.length, 14)
    assert.deepEqual(
      pieces.map(({ history }) => history),
      [true, false],
    )
  })

  it('is imported with the same words', async () => {
    const expected = await all()
    async function* lines() {
      yield* lab.trimEnd().split('\n')
    }
    assert.deepEqual(await Array.fromAsync(authLog.read(lines(), { every }, now)), expected)
  })

  it('is checked', async () => {
    const check = async () => (await authLog.check(contextOf({ file, every })))[0]
    await assert.rejects(check(), UnavailableError)
    writeFileSync(file, 'no log at all\n')
    assert.match((await check())?.message ?? '', /is not a log/)
    writeFileSync(file, lab)
    assert.deepEqual(await check(), { ok: true, message: `${file} is followed` })
  })
})
