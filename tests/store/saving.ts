import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Window } from '../../src/core/detector.ts'
import type { DnsAnswer, DnsQuery, Observation, Presence } from '../../src/core/observation.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

/** A second of the 20th of November, counted from noon. */
export const at = (second: number): Date => new Date(Date.UTC(2026, 10, 20, 12, 0, second))

export const loop = 'collect/pihole-log'

/** A data folder that is gone after the test. */
export async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** A store in a folder of its own, and a way to close it and open it again. */
export async function makeStore(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  let clock = at(0)
  const open = () => openStore({ folder, now: () => clock })
  let store = await open()
  t.after(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  return {
    folder,
    store: (): Store => store,
    setClock: (now: Date) => void (clock = now),
    async reopen(): Promise<Store> {
      await store.close()
      store = await open()
      return store
    },
    save: (...observations: Observation[]) => atOnce(store, { loop, observations }),
    import: (...observations: Observation[]) => atOnce(store, { loop, observations, imported: true }),
    /** Everything that is stored, imported or not, but for what is changed. */
    window: (change: Partial<Window> = {}): Window => ({
      from: new Date(0),
      to: new Date(8.64e15),
      after: 0,
      through: store.events.newest(),
      imported: true,
      ...change,
    }),
  }
}

/** Events wait a second for company; a cursor that must be written now takes them along. */
export async function atOnce(store: Store, piece: Parameters<Store['events']['save']>[0]): Promise<void> {
  await Promise.all([store.events.save(piece), store.cursors.set('test', {}, 'now')])
}

export function query(second: number, address: string | undefined, qname: string): DnsQuery {
  return { kind: 'dns-query', at: at(second), ...(address !== undefined && { address }), qname, qtype: 'A' }
}

export function answer(second: number, qname: string, change: Partial<DnsAnswer> = {}): DnsAnswer {
  return { kind: 'dns-answer', at: at(second), qname, rcode: 'NOERROR', source: 'upstream', ...change }
}

export function presence(second: number, address: string, mac: string, hostname?: string): Presence {
  return {
    kind: 'presence',
    at: at(second),
    address,
    mac,
    ...(hostname !== undefined && { hostname }),
    via: 'lease',
  }
}
