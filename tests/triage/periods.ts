import { thisMachine, toDeviceId } from '../../src/core/device.ts'
import type { Baseline } from '../../src/core/baseline.ts'
import type { LineRow, NumberRow, Period } from '../../src/triage/period.ts'

export const at = new Date('2026-11-20T21:00:00Z')
export const disk = 'temperature/coretemp/Core 0'

export function baseline(change: Partial<Baseline> = {}): Baseline {
  return {
    device: thisMachine,
    subject: disk,
    unit: '°C',
    count: 400,
    mean: 52,
    deviation: 3,
    median: 52,
    mad: 2,
    hours: new Map(),
    since: new Date('2026-11-01T00:00:00Z'),
    ...change,
  }
}

export function number(change: Partial<NumberRow> = {}): NumberRow {
  return { kind: 'number', device: thisMachine, subject: disk, value: 71.2, at, usual: baseline(), ...change }
}

export function line(change: Partial<LineRow> = {}): LineRow {
  return {
    kind: 'line',
    device: thisMachine,
    program: 'kernel',
    template: 'blk_update_request: critical medium error, dev sda, sector <num>',
    count: 14,
    isNew: true,
    ...change,
  }
}

/** An hour in which this machine grew hot, the kernel wrote a new line, and nothing else was odd. */
export function period(change: Partial<Period> = {}): Period {
  return {
    from: at,
    to: new Date(at.getTime() + 3_600_000),
    devices: 9,
    rows: [
      number(),
      line(),
      { kind: 'new', device: toDeviceId('d-2'), what: 'device' },
      number({
        device: toDeviceId('d-2'),
        subject: 'dns-queries',
        value: 80,
        usual: baseline({ subject: 'dns-queries', median: 75, mad: 20 }),
      }),
      { kind: 'number', subject: 'connections', value: 310, at },
    ],
    knownIssues: [],
    constraints: '',
    ...change,
  }
}
