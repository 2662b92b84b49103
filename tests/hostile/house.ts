import { Readable } from 'node:stream'
import type { AlertView } from '../../src/core/alert.ts'
import type { Observation } from '../../src/core/observation.ts'
import type { Signal } from '../../src/core/signal.ts'
import { detectors } from '../../src/detectors/index.ts'
import { toCorrelateLoop } from '../../src/pipeline/correlate.ts'
import { replay } from '../../src/pipeline/detect.ts'
import { supervise } from '../../src/pipeline/supervise.ts'
import { openTestHouse, type TestHouse } from '../api/house.ts'
import { until } from '../daemon.ts'

/** Each device bears so many of them, and asks for as many. */
const each = 4
const bad = (place: number) => `evil-control-${place}.example`
/** So long that what it stands below is not cut off. */
export const longestAsked = 900

export interface HostileHouse {
  readonly house: TestHouse
  /** What every detector claims of what happened. */
  readonly signals: readonly Signal[]
  /** What people would be told: a view for each name of a device and each of its signals. */
  readonly views: readonly AlertView[]
  close(): Promise<void>
}

/** A house in which devices bear these names, ask for them, and sensors are called so; all of it is judged. */
export async function openHostileHouse(names: readonly string[]): Promise<HostileHouse> {
  const house = await openTestHouse()
  const { store, board, log, now } = house.parts
  await happen(names, house)
  const signals = await judged(house)
  await store.signals.claim({ loop: 'detect/all', signals, cursor: { seq: 0 } })
  const stop = new AbortController()
  const loop = toCorrelateLoop({ store, now, sensitivity: () => 'balanced', isLearning: () => false })
  const correlating = supervise(loop, { board, log, stop: stop.signal })
  const close = async () => {
    stop.abort()
    await correlating
    await house.close()
  }
  try {
    const alerts = await until(
      async () => {
        const all = await store.alerts.changed(0)
        return all.length > 0 ? all : undefined
      },
      { seconds: 60, what: () => `the alerts; ${house.log()}` },
    )
    const whole: AlertView[] = []
    for (const alert of alerts) whole.push(await store.alerts.view(alert, house.parts.words))
    return { house, signals, views: whole.flatMap(asEachName), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Devices call themselves so, ask for it, ask for what does not exist, and this machine's sensors are called so and hot. */
async function happen(names: readonly string[], { store }: TestHouse): Promise<void> {
  const lists = Array.from({ length: each }, (_, place) => ({
    list: 'bad',
    type: 'domain' as const,
    value: bad(place),
  }))
  await store.indicators.replace('bad', Readable.from([lists]))
  const now = Date.now()
  const observations = names.flatMap((name, index): Observation[] => {
    const device = Math.floor(index / each)
    const [high, low] = [device >> 8, device & 255]
    const address = `10.0.${high}.${low}`
    const mac = `02:00:00:00:${[high, low].map((part) => part.toString(16).padStart(2, '0')).join(':')}`
    const at = new Date(now - 10_000 + index)
    const sensor = {
      kind: 'reading',
      quantity: 'temperature',
      sensor: name,
      value: 99,
      unit: '°C',
      limit: 60,
    } as const
    return [
      { kind: 'presence', at, address, mac, hostname: name, via: 'lease' },
      { kind: 'dns-query', at, address, qname: `${name}.${bad(index % each)}`, qtype: name },
      { kind: 'dns-query', at, address, qname: `${name}.com`, qtype: 'A' },
      { kind: 'dns-answer', at, qname: `${name}.com`, rcode: 'NXDOMAIN', answer: name, source: 'upstream' },
      { ...sensor, at },
      { ...sensor, at },
    ]
  })
  await store.events.save({ loop: 'collect/test', observations })
}

/** What every detector claims of it. */
async function judged({ parts: { store, now } }: TestHouse): Promise<Signal[]> {
  const options: Readonly<Record<string, object>> = { 'new-domain': { settle: 0, most: 100 } }
  const all = detectors.map((detector) => ({
    detector,
    options: detector.options.parse(options[detector.name] ?? {}),
  }))
  const span = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 600_000) }
  return Array.fromAsync(replay(all, span, { store, now }))
}

/** The alert as it would be if its device were called by each of its names, and rested on each of its signals. */
function asEachName(alert: AlertView): AlertView[] {
  const { deviceView, signals } = alert
  const count = Math.max(deviceView.hostnames.length, signals.length)
  return Array.from({ length: count }, (_, place) => {
    const signal = signals[place % signals.length]
    const name = deviceView.hostnames[place % Math.max(1, deviceView.hostnames.length)] ?? deviceView.name
    return {
      ...alert,
      deviceView: { ...deviceView, name },
      ...(signal && { title: signal.summary, signals: [signal, ...signals.slice(0, 3)] }),
    }
  })
}
