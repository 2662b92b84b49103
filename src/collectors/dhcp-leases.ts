import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { newestOf, readWhole, statOf } from '../core/files.ts'
import type { Presence } from '../core/observation.ts'
import { path, seconds } from '../core/options.ts'
import { toLease, type Lease } from '../formats/leases.ts'

/** Where dnsmasq, Pi-hole and OpenWrt keep their leases. */
const usualPlaces = [
  '/etc/pihole/dhcp.leases',
  '/var/lib/misc/dnsmasq.leases',
  '/var/lib/dnsmasq/dnsmasq.leases',
  '/tmp/dhcp.leases',
  '/share/pihole/dhcp.leases',
  '/share/dnsmasq.leases',
]

/** Bytes: some 10,000 leases. */
const largest = 1_000_000

const options = z.object({
  file: path(
    'DHCP lease file',
    'The lease file of dnsmasq, Pi-hole or OpenWrt; when empty, the usual places are searched.',
  ).optional(),
  every: seconds('How often to look', 'Seconds between two looks at the lease file.', {
    min: 1,
    max: 3600,
  }).default(10),
})

const cursor = z.object({
  file: z.string(),
  /** Milliseconds since 1970. */
  written: z.number(),
  /** The lines told already, as they stand: a lease that is renewed is another line. */
  lines: z.array(z.string()),
})

const none = 'There is no lease file here: devices are told apart by other sources'
const nothing = { file: '', written: 0, lines: [] }

/** Tells which address belongs to which device, from the leases that a DHCP server has given. */
export default {
  name: 'dhcp-leases',
  title: 'DHCP leases',
  options,
  cursor,
  every: (options) => options.every,

  async poll({ options, cursor, now }) {
    const file = options.file ?? (await newestOf(usualPlaces, cursor?.file))
    if (file === undefined)
      return { observations: [], cursor: cursor ?? nothing, absent: cursor?.file ? undefined : none }
    const told = cursor?.file === file ? cursor : { ...nothing, file }
    if ((await statOf(file)).mtime.getTime() === told.written) return { observations: [], cursor: told }
    const { text, written } = await readWhole(file, largest)
    const lines = text.split('\n')
    const before = new Set(told.lines)
    const leases = lines.filter((line) => !before.has(line)).map(toLease)
    return {
      observations: leases.flatMap((lease) =>
        typeof lease === 'string' ? [] : toPresence(lease, written, now()),
      ),
      unknown: leases.filter((lease) => lease === 'unknown').length,
      cursor: { file, written: written.getTime(), lines },
    }
  },

  async check({ options }) {
    const file = options.file ?? (await newestOf(usualPlaces, undefined))
    if (file === undefined) return [{ ok: true, optional: true, message: none }]
    const leases = (await readWhole(file, largest)).text.split('\n').map(toLease)
    const count = leases.filter((lease) => typeof lease !== 'string').length
    return [{ ok: true, message: `Leases in ${file}: ${count}` }]
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof cursor>>

/** None when the lease has run out. */
export function toPresence({ address, mac, hostname, expires }: Lease, at: Date, now: Date): Presence[] {
  if (expires !== undefined && expires < now) return []
  return [{ kind: 'presence', at, address, mac, ...(hostname !== undefined && { hostname }), via: 'lease' }]
}
