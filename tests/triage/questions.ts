import type { AlertView } from '../../src/core/alert.ts'
import { toDeviceId } from '../../src/core/device.ts'
import type { Band } from '../../src/core/severity.ts'
import type { StoredSignal } from '../../src/core/signal.ts'
import type { Question } from '../../src/triage/facts.ts'

const at = new Date('2026-11-20T21:30:00Z')
const device = toDeviceId('d-0a1b2c3d')

export const certain: Band = { floor: 'high', default: 'high', ceiling: 'high' }
export const open: Band = { floor: 'none', default: 'medium', ceiling: 'high' }

/** A signal of the test house's one device. */
export function signal(change: Partial<StoredSignal> = {}): StoredSignal {
  return {
    id: 's7',
    detector: 'dga',
    device,
    at,
    firstAt: at,
    count: 1,
    confidence: 0.9,
    summary: '14 odd names within 10 minutes',
    evidence: { names: 14, nxdomain: 0.93, examples: '"qxkvbzt.example", "wjqhhzr.example"' },
    ...change,
  }
}

/** A question about the test house's one device. */
export function question(change: Partial<AlertView> = {}, context: Partial<Question> = {}): Question {
  const alert: AlertView = {
    id: 'a1',
    device,
    status: 'open',
    openedAt: at,
    updatedAt: at,
    title: '14 odd names within 10 minutes',
    band: open,
    confidence: 0.9,
    severity: 'medium',
    seq: 3,
    signalsSeq: 2,
    deviceView: {
      id: device,
      name: 'tablet',
      macs: ['02:00:5e:00:53:01'],
      addresses: ['192.0.2.7'],
      hostnames: ['tablet'],
      randomMac: true,
      provisional: false,
      firstSeen: new Date('2026-10-01T08:00:00Z'),
      lastSeen: at,
      sources: [],
    },
    signals: [signal()],
    advice: [],
    ...change,
  }
  return {
    alert,
    baselines: [],
    now: new Map(),
    sources: [],
    lines: [],
    knownIssues: [],
    constraints: '',
    ...context,
  }
}
