import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { ApiParts } from '../../src/api/parts.ts'
import type { DeviceId } from '../../src/core/device.ts'
import { makeBoard } from '../../src/core/health.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Severity } from '../../src/core/severity.ts'
import { makeHouse } from '../../src/pipeline/house.ts'
import { ask, toRequestLoop } from '../../src/pipeline/requests.ts'
import { supervise } from '../../src/pipeline/supervise.ts'
import { openStore } from '../../src/store/open.ts'

/** What a device may call itself. */
export const hostileName = '<img src=x onerror="document.title=1">{{7*7}}\u202Egpj.exe'

/** A house of its own: a real store, real requests, and nobody who collects. */
export async function openTestHouse() {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-api-'))
  const now = () => new Date()
  const stop = new AbortController()
  const store = await openStore({ folder, memoryLimit: '64MB', now })
  const board = makeBoard(now)
  const written: string[] = []
  const log = makeLog({
    level: 'debug',
    secrets: () => [],
    to: new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    }),
  })
  const set = new Map<string, unknown>()
  const words = (detector: string) =>
    detector === 'threat-intel' ? { advice: 'Unplug it until you know why it did that.' } : undefined
  const requests = supervise(
    toRequestLoop({
      store,
      now,
      analyse: async () => ({ ok: true, message: 'Looked' }),
      scan: async () => ({ ok: true, message: 'Begun' }),
      recap: async () => ({ ok: true, message: 'Made' }),
      dashboard: async () => ({ ok: true, message: 'The dashboard is made' }),
      async set(option, value) {
        set.set(option, value)
        return { ok: true, message: `${option} is saved` }
      },
      test: async (notifier, target) => ({ ok: false, message: `${notifier} cannot reach ${target}` }),
    }),
    { board, log, stop: stop.signal },
  )
  const parts: ApiParts = {
    store,
    board,
    version: '0.1.0',
    log,
    stop: stop.signal,
    now,
    words,
    house: makeHouse({
      store,
      board,
      pairs: [],
      words,
      now,
      learning: () => ({ on: true, until: new Date(store.meta.createdAt.getTime() + 7 * 86_400_000) }),
      sensitivity: () => 'balanced',
      spokenAlerts: () => true,
    }),
    ask: (request, by) => ask(request, by, { store, stop: stop.signal }),
    detectors: [{ name: 'threat-intel', title: 'Threat lists', technique: 'T1071' }],
    notices: () => ['nmap looks at 192.168.1.0/24'],
    checks: async () => [
      {
        plugin: 'speech',
        kind: 'notifiers',
        title: 'Spoken alerts',
        checks: [{ ok: true, message: 'The kitchen’s speaker', target: 'media_player.kitchen' }],
      },
    ],
    settings: () => [
      {
        path: 'house.sensitivity',
        group: 'The house',
        title: 'Sensitivity',
        description: 'How soon something is worth a word.',
        value: set.get('house.sensitivity') ?? 'balanced',
        default: 'balanced',
        from: set.has('house.sensitivity') ? 'saved' : 'default',
        variable: 'HEARTHWARDEN_HOUSE_SENSITIVITY',
        essential: false,
        locked: false,
        schema: { type: 'string', enum: ['relaxed', 'balanced', 'strict'] },
      },
      {
        path: 'notifiers.discord.webhook',
        group: 'Discord',
        title: 'Webhook',
        description: 'The address that Discord made.',
        isSet: true,
        from: 'environment',
        variable: 'HEARTHWARDEN_NOTIFIERS_DISCORD_WEBHOOK',
        essential: true,
        locked: true,
        schema: { type: 'string' },
      },
    ],
    work: {
      replay: async () => [],
      collect: async () => [],
      importedLines: async () => 0,
      importLines: async () => ({ lines: 0, events: 0 }),
    },
  }

  board.set('collect/pihole-log', { title: 'Pi-hole log', state: 'ok' })
  board.set('collect/temperature', {
    title: 'Temperature',
    state: 'blocked',
    reason: 'No sensor can be read: give the right to.',
  })

  return {
    parts,
    store,
    board,
    folder,
    set,
    log: () => written.join(''),
    /** A device that has asked for a name, known by this address. */
    async deviceAt(address: string, hostname: string, mac = '02:00:00:00:00:01'): Promise<DeviceId> {
      const at = new Date(Date.now() - 60_000)
      await store.events.save({
        loop: 'collect/pihole-log',
        observations: [
          { kind: 'presence', at, address, mac, hostname, via: 'lease' },
          { kind: 'dns-query', at, address, qname: 'login.bad.example', qtype: 'A' },
          { kind: 'dns-answer', at, qname: 'login.bad.example', rcode: 'NXDOMAIN', source: 'blocked' },
        ],
      })
      const device = store.devices.at(address)
      if (!device) throw new Error(`no device at ${address}`)
      return device.id
    },
    /** How the gateway answers, measured once. */
    async measure(): Promise<void> {
      const reading = {
        kind: 'reading',
        quantity: 'rtt',
        sensor: '192.168.1.1',
        value: 2.4,
        unit: 'ms',
      } as const
      await store.events.save({ loop: 'collect/ping', observations: [{ ...reading, at: new Date() }] })
    },
    /** An open alert with one signal. */
    async alert(device: DeviceId, severity: Severity, target: string): Promise<string> {
      const at = new Date()
      await store.signals.claim({
        loop: 'detect/threat-intel',
        cursor: { seq: 0 },
        signals: [
          {
            detector: 'threat-intel',
            device,
            target,
            at,
            confidence: 0.95,
            summary: `Asked for "${target}", which stands on the list “test”`,
            evidence: { list: 'test', timesSeen: 3, blocked: false },
          },
        ],
      })
      const signals = (await store.signals.changed(0)).filter((signal) => signal.target === target)
      const [id] = await store.alerts.correlate({
        loop: 'correlate',
        cursor: { seq: 0 },
        correlations: [
          {
            device,
            title: `Asked for "${target}", which stands on the list “test”`,
            band: { floor: severity, default: severity, ceiling: severity },
            confidence: 0.95,
            updatedAt: at,
            signals,
            changed: true,
            expected: false,
          },
        ],
      })
      if (id === undefined) throw new Error('no alert was opened')
      return id
    },
    async close(): Promise<void> {
      stop.abort()
      await requests
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

export type TestHouse = Awaited<ReturnType<typeof openTestHouse>>
