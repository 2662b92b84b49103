import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeStamps } from '../../src/formats/stamp.ts'

process.env['TZ'] = 'Europe/Berlin'

/** The times of lines that begin so, in UTC. */
function times(written: string, ...lines: string[]): (string | undefined)[] {
  const stamps = makeStamps(new Date(written))
  return lines.map((line) => (stamps.read(`${line} x`) < 0 ? undefined : stamps.at().toISOString()))
}

describe('the time of a log line', () => {
  it('is local, in the newest year that can be', () => {
    assert.deepEqual(times('2026-11-21T00:00:00Z', 'Nov 20 23:08:50', 'Nov  2 23:08:50', 'Dec 24 18:00:00'), [
      '2026-11-20T22:08:50.000Z',
      '2026-11-02T22:08:50.000Z',
      '2025-12-24T17:00:00.000Z',
    ])
  })

  it('turns with the year, in either direction', () => {
    assert.deepEqual(times('2027-01-01T00:00:05+01:00', 'Dec 31 23:59:59', 'Jan  1 00:00:01'), [
      '2026-12-31T22:59:59.000Z',
      '2026-12-31T23:00:01.000Z',
    ])
    assert.deepEqual(times('2026-12-31T23:59:58+01:00', 'Dec 31 23:59:59', 'Jan  1 00:00:01'), [
      '2026-12-31T22:59:59.000Z',
      '2026-12-31T23:00:01.000Z',
    ])
  })

  it('knows leap days', () => {
    assert.deepEqual(times('2027-05-01T00:00:00Z', 'Feb 29 12:00:00'), ['2024-02-29T11:00:00.000Z'])
    assert.deepEqual(times('2028-02-29T13:00:00Z', 'Feb 29 12:00:00'), ['2028-02-29T11:00:00.000Z'])
  })

  it('goes through the hour that comes twice', () => {
    const lines = [
      'Oct 25 01:59:59',
      'Oct 25 02:30:00',
      'Oct 25 02:59:59',
      'Oct 25 02:00:00',
      'Oct 25 02:30:00',
    ]
    assert.deepEqual(times('2026-10-26T00:00:00Z', ...lines, 'Oct 25 03:00:00'), [
      '2026-10-24T23:59:59.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T00:59:59.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ])
  })

  it('takes a first line in that hour for the newest it can be', () => {
    assert.deepEqual(times('2026-10-25T00:30:00Z', 'Oct 25 02:30:00'), ['2026-10-25T00:30:00.000Z'])
    assert.deepEqual(times('2026-10-25T01:30:00Z', 'Oct 25 02:30:00'), ['2026-10-25T01:30:00.000Z'])
  })

  it('passes over the hour that never was', () => {
    assert.deepEqual(times('2026-03-30T00:00:00Z', 'Mar 29 01:59:59', 'Mar 29 03:00:00'), [
      '2026-03-29T00:59:59.000Z',
      '2026-03-29T01:00:00.000Z',
    ])
  })

  it('reads the forms of syslog and OpenWrt', () => {
    assert.deepEqual(
      times(
        '2026-11-21T00:00:00Z',
        '2026-11-20T12:00:00.123456+01:00',
        '2026-11-20T12:00:00Z',
        '2026-11-20 12:00:00',
        'Fri Nov 20 12:00:00 2026',
      ),
      [
        '2026-11-20T11:00:00.123Z',
        '2026-11-20T12:00:00.000Z',
        '2026-11-20T11:00:00.000Z',
        '2026-11-20T11:00:00.000Z',
      ],
    )
  })

  it('is not there in other lines', () => {
    const lines = [
      '',
      'Foo 20 12:00:00',
      'Nov 31 12:00:00',
      'Nov 20 25:00:00',
      '2026-13-45T99:00:00Z',
      'dnsmasq',
    ]
    assert.deepEqual(new Set(times('2026-11-21T00:00:00Z', ...lines)), new Set([undefined]))
  })

  it('is one object for the lines of one second', () => {
    const stamps = makeStamps(new Date('2026-11-21T00:00:00Z'))
    stamps.read('Nov 20 12:00:00 a')
    const first = stamps.at()
    stamps.read('Nov 20 12:00:00 b')
    assert.equal(stamps.at(), first)
  })
})
