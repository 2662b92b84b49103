import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { isDue, latest } from '../../src/core/time.ts'

test('the recap is due once a day', () => {
  const at = (text: string) => new Date(text)
  assert.equal(isDue('08:00', at('2026-11-19T08:00:30'), at('2026-11-20T07:59:59')), false)
  assert.equal(isDue('08:00', at('2026-11-19T08:00:30'), at('2026-11-20T08:00:00')), true)
  assert.equal(isDue('08:00', at('2026-11-20T08:00:01'), at('2026-11-20T23:59:00')), false)
})

test('what was missed while the machine was off is caught up once', () => {
  const last = new Date('2026-11-10T08:00:00')
  assert.equal(isDue('08:00', last, new Date('2026-11-20T03:00:00')), true)
  assert.equal(isDue('08:00', new Date('2026-11-20T03:00:00'), new Date('2026-11-20T07:00:00')), false)
})

test('both days on which the clock changes have one recap', () => {
  const script = `
    import { isDue, latest } from ${JSON.stringify(new URL('../../src/core/time.ts', import.meta.url).href)}
    for (const [from, time] of [['2027-03-27T12:00:00Z', '02:30'], ['2026-10-24T12:00:00Z', '02:30']]) {
      let last = new Date(from), done = []
      for (let minute = 0; minute < 2880; minute += 1) {
        const now = new Date(new Date(from).getTime() + minute * 60000)
        if (isDue(time, last, now)) { done.push(now.toISOString()); last = now }
      }
      console.log(done.join(' '))
    }`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'Europe/Berlin', NODE_NO_WARNINGS: '1' },
  })
  assert.equal(stderr, '')
  const [spring = '', autumn = ''] = stdout.trim().split('\n')
  assert.equal(spring, '2027-03-28T01:30:00.000Z 2027-03-29T00:30:00.000Z', 'the hour that does not exist')
  assert.equal(autumn, '2026-10-25T00:30:00.000Z 2026-10-26T01:30:00.000Z', 'the hour that comes twice')
})

test('the latest moment is never in the future', () => {
  const now = new Date('2026-11-20T07:00:00')
  assert.ok(latest('08:00', now) <= now)
  assert.ok(latest('06:00', now) <= now)
})
