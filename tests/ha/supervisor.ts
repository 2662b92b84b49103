import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { passOn, supervisorAddress } from '../ingress/supervisor-double.ts'

/** Our app, as the Supervisor knows it. */
export const app = {
  slug: '0123abcd_hearthwarden',
  ingress_entry: '/api/hassio_ingress/AbCdEf0123456789-_',
  ingress_port: 62_345,
} as const

/** The token that Home Assistant Core itself has for the Supervisor. */
export const coreToken = 'supervisor-token-of-core'

/** What the Supervisor says to Core: all that its integration asks for before it shows an app. */
const answers: Readonly<Record<string, unknown>> = {
  '/supervisor/ping': {},
  '/info': {
    ...{ supervisor: '2026.11.0', homeassistant: '2026.11.0', hassos: '17.0', docker: '28.0' },
    ...{ hostname: 'homeassistant', operating_system: 'Home Assistant OS 17.0', features: [] },
    ...{ machine: 'generic-x86-64', machine_id: null, arch: 'amd64', supported_arch: ['amd64'] },
    ...{ state: 'running', supported: true, channel: 'stable', logging: 'info', timezone: 'UTC' },
  },
  '/core/info': {
    ...{ version: '2026.11.0', version_latest: '2026.11.0', update_available: false, arch: 'amd64' },
    ...{ machine: 'generic-x86-64', ip_address: '172.30.32.1', image: 'core', boot: true, port: 8123 },
    ...{ ssl: false, watchdog: true, audio_input: null, audio_output: null },
    ...{ backups_exclude_database: false, duplicate_log_file: false },
  },
  '/supervisor/info': {
    ...{ version: '2026.11.0', version_latest: '2026.11.0', update_available: false, channel: 'stable' },
    ...{ arch: 'amd64', supported: true, healthy: true, ip_address: supervisorAddress, timezone: 'UTC' },
    ...{ logging: 'info', debug: false, debug_block: false, diagnostics: false, auto_update: true },
    ...{ country: 'US', detect_blocking_io: false, feature_flags: {} },
  },
  '/os/info': {
    ...{ version: '17.0', version_latest: '17.0', version_pending: null, update_available: false },
    ...{ board: 'generic-x86-64', boot: 'A', data_disk: null, boot_slots: {} },
  },
  '/host/info': {
    ...{ agent_version: null, apparmor_version: null, chassis: null, virtualization: null, cpe: null },
    ...{ deployment: null, disk_free: 20, disk_total: 30, disk_used: 10, disk_life_time: null },
    ...{ features: [], hostname: 'homeassistant', llmnr_hostname: null, kernel: null },
    ...{ operating_system: 'Home Assistant OS 17.0', timezone: 'UTC', dt_utc: null, dt_synchronized: true },
    ...{ use_ntp: true, startup_time: 1, boot_timestamp: 1, broadcast_llmnr: false, broadcast_mdns: false },
  },
  '/store': { addons: [], repositories: [] },
  '/network/info': {
    interfaces: [],
    docker: { interface: 'hassio', address: '172.30.32.0/23', gateway: '172.30.32.1', dns: '172.30.32.3' },
    ...{ host_internet: true, supervisor_internet: true, llmnr: 'default', mdns: 'default' },
  },
  '/ingress/panels': {
    panels: { [app.slug]: { title: 'Hearthwarden', icon: 'mdi:shield-home', admin: true, enable: true } },
  },
  '/ingress/session': { session: 'session-of-the-browser' },
  '/ingress/validate_session': {},
  '/mounts': { default_backup_mount: null, mounts: [] },
  '/jobs/info': { ignore_conditions: [], jobs: [] },
  '/addons': { addons: [] },
  '/backups': { backups: [] },
  '/discovery': { discovery: [], services: {} },
  '/resolution/info': { suggestions: [], unsupported: [], unhealthy: [], issues: [], checks: [] },
  [`/addons/${app.slug}/info`]: {
    ...{ slug: app.slug, name: 'Hearthwarden', description: 'Watches', url: null, repository: '0123abcd' },
    ...{ version: '0.1.0', version_latest: '0.1.0', update_available: false, homeassistant: null },
    ...{ advanced: false, available: true, build: false, icon: true, logo: true, detached: false },
    ...{ stage: 'experimental', state: 'started', startup: 'application', boot: 'auto', boot_config: 'auto' },
    ...{ arch: ['amd64'], machine: [], documentation: true, changelog: true, long_description: null },
    ...{ hostname: app.slug.replace('_', '-'), dns: [], ip_address: '172.30.32.1', host_network: true },
    ...{ host_ipc: false, host_pid: false, host_uts: false, host_dbus: false, protected: true },
    ...{ apparmor: 'profile', rating: 6, signed: false, privileged: ['NET_ADMIN', 'NET_RAW'] },
    ...{ auth_api: false, docker_api: false, full_access: false, homeassistant_api: true },
    ...{ hassio_api: true, hassio_role: 'default', options: {}, schema: null, translations: {} },
    ...{ network: null, network_description: null, webui: null, stdin: false, gpio: false, usb: false },
    ...{ uart: false, kernel_modules: false, devicetree: false, udev: false, video: false, audio: false },
    ...{ audio_input: null, audio_output: null, services: ['mqtt:want'], discovery: [], devices: [] },
    ...{ ingress: true, ingress_url: `${app.ingress_entry}/`, ingress_entry: app.ingress_entry },
    ...{ ingress_port: app.ingress_port, ingress_panel: true, auto_update: false, watchdog: false },
    ...{ system_managed: false, system_managed_config_entry: null },
  },
}

interface Led {
  readonly port: number
  readonly token: string
  readonly brokerPort: number
}

export interface Hassio {
  /** What it was asked and did not know. */
  readonly unknown: readonly string[]
  /** From now on the app reaches this Core, with its token, and is told of this broker. */
  lead(to: Led): void
  close(): Promise<void>
}

/** The Supervisor that a real Core runs beside, on its real address: for a network namespace that has it. */
export async function startHassio(): Promise<Hassio> {
  const unknown: string[] = []
  let core: Led | undefined
  const self = { ...app, ip_address: '172.30.32.1', options: {} }

  const server = createServer((incoming, response) => {
    const [path = ''] = (incoming.url ?? '').split('?')
    const inside = `/ingress/${app.ingress_entry.split('/').at(-1)}`
    if (path.startsWith(`${inside}/`))
      return passOn(incoming, response, { path: (incoming.url ?? '').slice(inside.length), self })
    incoming.resume()
    const token = /^Bearer (.*)$/.exec(incoming.headers.authorization ?? '')?.[1]
    const own = {
      '/addons/self/info': self,
      '/info': answers['/info'],
      '/services/mqtt': { host: '127.0.0.1', port: core?.brokerPort, ssl: false },
    }
    const data = new Map<string, unknown>(
      Object.entries(token === coreToken ? answers : token === core?.token ? own : {}),
    ).get(path)
    if (data === undefined)
      unknown.push(`${token === coreToken ? 'Core' : 'app'}: ${incoming.method} ${path}`)
    const [status, body] =
      data === undefined ? [400, { result: 'error', message: 'No' }] : [200, { result: 'ok', data }]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.on('upgrade', (incoming, socket, head) => {
    const onward = connect(core?.port ?? 0, '127.0.0.1', () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`)
      onward.write(`GET /api/websocket HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.listen(80, supervisorAddress)
  await once(server, 'listening')
  return {
    unknown,
    lead: (given) => (core = given),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
