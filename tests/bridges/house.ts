import type { Happening, House, HouseState } from '../../src/core/bridge.ts'
import type { HealthRow } from '../../src/core/health.ts'

export const at = new Date('2026-11-20T20:00:00Z')

export function makeState(changes: Partial<HouseState> = {}): HouseState {
  return {
    severity: 'none',
    openAlerts: 0,
    open: [],
    threat: false,
    devices: 12,
    devicesOnline: 9,
    situation: { links: [] },
    dnsToday: 4711,
    newDomainsToday: 3,
    newDevicesToday: 0,
    temperatures: [],
    health: [],
    week: {
      alerts: { low: 0, medium: 0, high: 0 },
      newDevices: { count: 0, names: [] },
      headline: 'no alerts; 0 new devices',
    },
    learning: { on: true, until: at },
    sensitivity: 'balanced',
    spokenAlerts: true,
    ...changes,
  }
}

export function makeHealth(loop: string, changes: Partial<HealthRow> = {}): HealthRow {
  return { loop, title: loop, state: 'ok', since: at, hasWorked: true, count: 0, dropped: 0, ...changes }
}

/** A house whose state a test sets, and in which a test makes things happen. */
export interface TestHouse extends House {
  set(state: HouseState): void
  happen(happening: Happening): void
}

export function makeHouse(state: HouseState): TestHouse {
  let newest = state
  const happened: Happening[] = []
  let change = Promise.withResolvers<void>()
  const ring = () => {
    change.resolve()
    change = Promise.withResolvers<void>()
  }
  return {
    state: async () => newest,
    set(next) {
      newest = next
      ring()
    },
    happen(happening) {
      happened.push(happening)
      ring()
    },
    async *states(stop) {
      stop.addEventListener('abort', ring, { once: true })
      while (!stop.aborted) {
        const changed = change.promise
        yield newest
        if (!stop.aborted) await changed
      }
    },
    async *happenings(stop) {
      stop.addEventListener('abort', ring, { once: true })
      let next = happened.length
      while (!stop.aborted) {
        const changed = change.promise
        for (const happening of happened.slice(next)) {
          next += 1
          yield happening
        }
        if (!stop.aborted) await changed
      }
    },
  }
}
