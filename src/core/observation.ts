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

/** What is measured, and in which unit: round-trip time in milliseconds, loss in percent of what was sent. */
export const units = { temperature: '°C', rtt: 'ms', loss: '%' } as const
export type Quantity = keyof typeof units
/** All that is measured. */
export const quantities: readonly Quantity[] = ['temperature', 'rtt', 'loss']

/** A number was measured. */
export interface Reading extends Seen {
  readonly kind: 'reading'
  /** What kind of number; also the first part of its baseline's subject. */
  readonly quantity: Quantity
  /** Which sensor, unique on its device: `coretemp/Core 0`; of `rtt` and `loss` the target that was asked. */
  readonly sensor: string
  readonly value: number
  readonly unit: (typeof units)[Quantity]
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
  readonly via: 'neighbour' | 'lease' | 'scan'
}

/**
 * Two addresses exchange packets. It is the doing of its originator when that is at home, else of its responder: the
 * store finds out which, so `address` is left out. Counts are those since the same flow was seen before (at its begin:
 * none), so that what many rows say can be added up.
 */
export interface Connection extends Seen {
  readonly kind: 'connection'
  /** What its begin, its middle and its end have in common: unique within its source while it lasts. */
  readonly flow: string
  readonly state: 'begun' | 'open' | 'ended'
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `sctp`, or the number as text. */
  readonly protocol: string
  readonly originator: string
  readonly originatorPort?: number
  /** Whom the originator meant: before any translation (NAT) of the destination, but for a port that is forwarded into the home: then the device behind it. */
  readonly responder: string
  readonly responderPort?: number
  /** Seconds since it began. */
  readonly duration?: number
  /** Bytes and packets from the originator and to it. Absent: nobody has counted them, which is not zero. */
  readonly bytesOut?: number
  readonly bytesIn?: number
  readonly packetsOut?: number
  readonly packetsIn?: number
  /** Whether the responder has ever said anything but no. */
  readonly answered?: boolean
}

/**
 * Somebody tried to log in. It is the doing of where it came `from` when that is at home, else of the machine that was
 * logged in to (`address`, absent: this one).
 */
export interface AuthAttempt extends Seen {
  readonly kind: 'auth-attempt'
  readonly outcome: 'success' | 'failure'
  /** The address that it came from; absent on the machine itself (`sudo`, a console). */
  readonly from?: string
  /** The account as it was typed: text of strangers. */
  readonly user: string
  /** There is no such account. */
  readonly unknownUser?: boolean
  /** The program that was asked: `sshd`, `sudo`, `su`, `login`, `home-assistant`. */
  readonly service: string
  /** `password`, `publickey`, `keyboard-interactive`, `token`; `none`: no password was tried, and no more is known. */
  readonly method?: string
  /** The machine's name, as its log calls it. */
  readonly host?: string
  /** The log said the same so many times in one line; absent: once. */
  readonly times?: number
}

/** A program wrote a line into its system's log. */
export interface LogLine extends Seen {
  readonly kind: 'log-line'
  readonly host?: string
  readonly program: string
  readonly pid?: number
  /** As syslog numbers and names them: `kern`, `auth`, `daemon` … */
  readonly facility?: string
  /** `emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info`, `debug`. */
  readonly severity?: LogSeverity
  readonly message: string
  /** The message with what differs from time to time masked: numbers, addresses, names, times. */
  readonly template: string
}

/** Most severe first, as RFC 5424 numbers them. */
export const logSeverities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const
export type LogSeverity = (typeof logSeverities)[number]

/** A machine was looked for, or its ports were looked at. */
export interface HostScan extends Seen {
  readonly kind: 'host-scan'
  readonly address: string
  readonly state: 'up' | 'down'
  /** The ports that were asked, as nmap writes them: `1-1024,8080`. Absent: only whether it is there. */
  readonly ports?: string
  /** How many of them were open. */
  readonly open?: number
}

/** A port of a machine was found open. */
export interface Service extends Seen {
  readonly kind: 'service'
  readonly address: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** What nmap takes it for: `ssh`, `http`. */
  readonly service?: string
  /** What it says of itself: text of strangers. */
  readonly product?: string
  readonly version?: string
}

/** How a process of the watch list is. `unseen`: the platform does not let us look. */
export interface ProcessState extends Seen {
  readonly kind: 'process'
  readonly name: string
  readonly state: 'running' | 'missing' | 'unseen'
  /** How many of this name run. */
  readonly count?: number
  /** Why it cannot be seen. */
  readonly reason?: string
}

/** How a container, or an app of Home Assistant, is. `unseen`: we may not look; `missing`: watched for and not there. */
export interface ContainerState extends Seen {
  readonly kind: 'container'
  readonly name: string
  readonly state: 'running' | 'stopped' | 'unhealthy' | 'restarting' | 'paused' | 'missing' | 'unseen'
  readonly image?: string
  /** How often it was started anew, since it was made. */
  readonly restarts?: number
  /** With what it ended last; 0 is as it should. */
  readonly exitCode?: number
  /** Somebody had its engine end it; absent: nobody, or nobody knows. */
  readonly ordered?: boolean
  /** What its engine says, or why it cannot be seen: `Exited (137) 3 minutes ago`. */
  readonly reason?: string
}

/** A loop of ours changed its state: written by the pipeline itself, of this machine. */
export interface HealthChange extends Seen {
  readonly kind: 'health'
  readonly loop: string
  readonly state: LoopState
  readonly reason?: string
}

/** What a collector saw, in the source's terms. */
export type Observation =
  | DnsQuery
  | DnsAnswer
  | Connection
  | AuthAttempt
  | Reading
  | Service
  | HostScan
  | ProcessState
  | ContainerState
  | LogLine
  | Presence
  | HealthChange
export type EventKind = Observation['kind']

/** Every kind, in the order in which people are shown them. */
export const eventKinds: readonly EventKind[] = [
  'dns-query',
  'dns-answer',
  'connection',
  'auth-attempt',
  'reading',
  'service',
  'host-scan',
  'process',
  'container',
  'log-line',
  'presence',
  'health',
]

/** An observation about a known device: stored, never changed. (Import it by name: `Event` is also a global.) */
export type Event = Observation & { readonly device: DeviceId }
