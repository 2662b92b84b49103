import type { DeviceId } from './device.ts'
import type { LoopState } from './health.ts'

interface Seen {
  /** When the thing itself happened. */
  readonly at: Date
  /** The address that the source knows the device by. Absent: this machine's own doing. */
  readonly address?: string
}

/** A device asked for a name. */
export interface DnsQuery extends Seen {
  readonly kind: 'dns-query'
  /** Lower case, without the final dot, as it stood in the log otherwise: text of strangers. */
  readonly qname: string
  /** `A`, `AAAA`, `HTTPS`, `type=65` and so on. */
  readonly qtype: string
}

/** Where an answer came from. */
export type DnsSource = 'upstream' | 'cache' | 'config' | 'hosts' | 'blocked'

/** A name was answered. Most logs do not say to whom: then there is no address, and it is this house's. */
export interface DnsAnswer extends Seen {
  readonly kind: 'dns-answer'
  readonly qname: string
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED` and so on. */
  readonly rcode: string
  /** An address, a CNAME's target or other data, as logged. Absent when there was none. */
  readonly answer?: string
  readonly source: DnsSource
}

/** A number was measured. */
export interface Reading extends Seen {
  readonly kind: 'reading'
  /** What kind of number; also the first part of its baseline's subject. */
  readonly quantity: 'temperature'
  /** Which sensor, unique on its device: `coretemp/Core 0`. */
  readonly sensor: string
  readonly value: number
  readonly unit: '°C'
  /** The maker's own limit, where the sensor tells it, in the same unit. */
  readonly limit?: number
}

/** An address is in use by a piece of hardware: from the neighbour table or a DHCP lease. */
export interface Presence extends Seen {
  readonly kind: 'presence'
  readonly address: string
  /** Lower case, colons. */
  readonly mac: string
  /** As the device calls itself. */
  readonly hostname?: string
  readonly via: 'neighbour' | 'lease'
}

/** A loop of ours changed its state: written by the pipeline itself, of this machine. */
export interface HealthChange extends Seen {
  readonly kind: 'health'
  readonly loop: string
  readonly state: LoopState
  readonly reason?: string
}

/** What a collector saw, in the source's terms. */
export type Observation = DnsQuery | DnsAnswer | Reading | Presence | HealthChange
export type EventKind = Observation['kind']

/** Every kind, in the order in which people are shown them. */
export const eventKinds: readonly EventKind[] = ['dns-query', 'dns-answer', 'reading', 'presence', 'health']

/** An observation about a known device: stored, never changed. (Import it by name: `Event` is also a global.) */
export type Event = Observation & { readonly device: DeviceId }
