import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toDeviceId, type DeviceId } from '../../src/core/device.ts'
import type { Band } from '../../src/core/severity.ts'
import type { Signal } from '../../src/core/signal.ts'
import { openStore } from '../../src/store/open.ts'
import type { Correlation, Store } from '../../src/store/store.ts'

export const nas = toDeviceId('d-0000000a')
export const tablet = toDeviceId('d-0000000b')
export const wide: Band = { floor: 'none', default: 'low', ceiling: 'high' }
export const high: Band = { floor: 'high', default: 'high', ceiling: 'high' }

/** A moment of the 20th of November. */
export const at = (hour: number, minute = 0): Date => new Date(Date.UTC(2026, 10, 20, hour, minute))

/** A store in a folder of its own, that can be closed and opened again; gone after the test. */
export async function withStore(
  work: (house: {
    store(): Store
    /** Closes it, has something done to its files, and opens it. */
    reopen(meanwhile?: () => Promise<void>): Promise<Store>
    folder: string
  }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  const open = () => openStore({ folder, memoryLimit: '64MB', now: () => at(12) })
  let store = await open()
  try {
    await work({
      store: () => store,
      async reopen(meanwhile) {
        await store.close()
        await meanwhile?.()
        store = await open()
        return store
      },
      folder,
    })
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

export function signal(change: Partial<Signal> = {}): Signal {
  return {
    detector: 'dga',
    device: nas,
    target: 'a.example',
    at: at(10),
    confidence: 0.5,
    summary: 'looks made up',
    evidence: { names: 3, share: 0.5, quoted: '"x"' },
    ...change,
  }
}

/** All signals that have changed, correlated into the alert that is current, as the rules would with this band. */
export async function correlate(
  store: Store,
  device: DeviceId = nas,
  change: Partial<Correlation> = {},
): Promise<string> {
  const current = await store.alerts.current(device)
  const signals = (await store.signals.changed(0)).filter(
    (its) => its.device === device && (its.alert === undefined || its.alert === current?.id),
  )
  const [id = ''] = await store.alerts.correlate({
    loop: 'correlate',
    cursor: { seq: 1 },
    correlations: [
      {
        ...(current && { alert: current.id }),
        device,
        title: 'looks made up',
        band: wide,
        confidence: 0.5,
        updatedAt: new Date(Math.max(...signals.map((its) => its.at.getTime()))),
        signals: signals.map((its) => ({ id: its.id })),
        changed: true,
        expected: false,
        ...change,
      },
    ],
  })
  return id
}
