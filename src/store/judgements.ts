import { openAlerts } from './alerts.ts'
import type { OpenCursors } from './cursors.ts'
import type { Database } from './database.ts'
import { openDeliveries } from './deliveries.ts'
import type { OpenDevices } from './devices.ts'
import { loadLiveSignals } from './live-signals.ts'
import { openRecaps } from './recaps.ts'
import { openRequests } from './requests.ts'
import { openSignals } from './signals.ts'
import type { Store } from './store.ts'
import type { OpenSurroundings } from './surroundings.ts'
import type { Writer } from './writer.ts'

/** The rooms of what was judged, told and asked. */
export async function openJudgements({
  database,
  writer,
  cursors,
  devices,
  surroundings,
  now,
}: {
  readonly database: Database
  readonly writer: Writer
  readonly cursors: OpenCursors
  readonly devices: OpenDevices
  readonly surroundings: OpenSurroundings
  readonly now: () => Date
}): Promise<Pick<Store, 'signals' | 'alerts' | 'deliveries' | 'requests' | 'recaps'>> {
  const { resolve } = devices
  const live = await loadLiveSignals(database, resolve)
  const parts = { database, writer, live, devices, resolve, cursors, now }
  return {
    signals: await openSignals(parts),
    alerts: await openAlerts({ ...parts, surroundings }),
    deliveries: await openDeliveries(database, writer),
    requests: await openRequests(database, writer, now),
    recaps: openRecaps(database, writer),
  }
}
