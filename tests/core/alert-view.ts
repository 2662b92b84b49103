import type { AlertView } from '../../src/core/alert.ts'
import { toDeviceId } from '../../src/core/device.ts'
import type { Recap } from '../../src/core/recap.ts'
import type { StoredSignal } from '../../src/core/signal.ts'

const at = new Date('2026-11-20T19:30:00Z')
const device = toDeviceId('d7')

/** A signal for tests; what is not given is ordinary. */
export function makeSignal(changes: Partial<StoredSignal> = {}): StoredSignal {
  return {
    id: 's1',
    alert: 'a12',
    detector: 'threat-intel',
    device,
    target: 'evil.example',
    at,
    firstAt: at,
    count: 1,
    confidence: 0.95,
    summary: 'Asked for "evil.example", which stands on a threat list',
    evidence: { list: 'urlhaus', queries: 3, blocked: false },
    ...changes,
  }
}

/** An alert for tests; what is not given is ordinary. */
export function makeAlertView(changes: Partial<AlertView> = {}): AlertView {
  return {
    id: 'a12',
    device,
    status: 'open',
    openedAt: at,
    updatedAt: at,
    title: 'Asked for "evil.example", which stands on a threat list',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    confidence: 0.95,
    severity: 'high',
    seq: 40,
    signalsSeq: 40,
    deviceView: {
      id: device,
      name: 'Living room TV',
      macs: ['02:00:00:00:00:07'],
      addresses: ['192.168.1.23'],
      hostnames: ['tv'],
      randomMac: true,
      provisional: false,
      firstSeen: at,
      lastSeen: at,
      sources: [],
    },
    signals: [makeSignal()],
    advice: ['Take it off the network and look for what asked'],
    ...changes,
  }
}

/** A recap for tests; what is not given is ordinary. */
export function makeRecap(changes: Partial<Recap> = {}): Recap {
  return {
    id: '2026-11-20',
    at,
    from: new Date('2026-11-19T19:30:00Z'),
    to: at,
    alerts: [makeAlertView(), makeAlertView({ id: 'a13', severity: 'low', status: 'acknowledged' })],
    newDevices: ['phone'],
    newDomains: 14,
    values: [{ device: 'this machine', subject: 'temperature/cpu', unit: '°C', value: 61.25, usual: 48 }],
    health: [],
    learning: false,
    headline: '1 high and 1 low alert; all sources well',
    ...changes,
  }
}
