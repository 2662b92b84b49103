import type { Window } from './detector.ts'
import type { DeviceId } from './device.ts'
import type { Indicator } from './indicator.ts'

/** What can be asked about connections. */
export interface ConnectionQuestions {
  /**
   * Who began to talk to how many: one row for each device and one other machine, or one port of many machines. Those
   * of few are left out, and of UDP what traces a route or is an answer: late, or to what was asked of everybody.
   */
  fans(window: Window): Promise<readonly FanRow[]>
  /** What each device has sent to the internet, of those that sent at least so many bytes. */
  transfers(window: Window, least: number): Promise<readonly TransferRow[]>
  /** Public addresses that a device of the house began to talk to, and that no answer to a name had given: one row each. */
  unasked(window: Window): Promise<readonly UnaskedRow[]>
  /** Addresses on threat lists that devices talked to, or that tried to reach them: one row for each device, address, port and indicator. */
  listedPeers(window: Window): Promise<readonly ListedPeerRow[]>
  /** Whom a device talked to most, by address and port, most bytes first; with the name it had asked for. */
  peers(window: Window, device: DeviceId): Promise<readonly PeerRow[]>
}

export interface FanRow {
  readonly device: DeviceId
  /** `ports`: many ports of one machine; `machines`: one port (or ping) of many machines. */
  readonly shape: 'ports' | 'machines'
  readonly protocol: string
  /** The device asks; else it is asked, by somebody on the internet. */
  readonly outward: boolean
  /** The one other machine of `ports`; of `machines` one of them. */
  readonly peer: string
  /** The one port of `machines`; absent for pings. */
  readonly port?: number
  /** The others are at home. */
  readonly inside: boolean
  /** How many ports, or machines. */
  readonly many: number
  /** How many of them have answered, as far as that is known yet. */
  readonly answered: number
  /** How many have not, nor answered it there in the week before; of many ports, and of machines on the internet, the week is not looked at. */
  readonly strange: number
  /** How many of the strange will not any more: it is over, or lasts without a word. */
  readonly silent: number
  readonly first: Date
  readonly last: Date
}

export interface TransferRow {
  readonly device: DeviceId
  /** Bytes in this window; to the internet and from it. */
  readonly bytesOut: number
  readonly bytesIn: number
  /** Whom it sent the most. */
  readonly peer: string
  readonly peerBytes: number
  /** The name that the device had asked for to get there. */
  readonly name?: string
  readonly peers: number
  readonly last: Date
}

export interface UnaskedRow {
  readonly device: DeviceId
  readonly peer: string
  readonly port?: number
  readonly protocol: string
  readonly count: number
  readonly answered: boolean
  readonly first: Date
  readonly last: Date
  /** This device had talked to it in the week before the window. */
  readonly knownBefore: boolean
  /** So many names the device asked for in the day before: without any, it does not ask where we listen. */
  readonly asked: number
  /** When this device was first seen asking for a name. What it was told before that, nobody here heard. */
  readonly askedSince?: Date
}

export interface ListedPeerRow {
  readonly device: DeviceId
  readonly indicator: Indicator
  /** The address on the list, or in its network; never one of this home. */
  readonly peer: string
  /** The home's end, where it is of no device that is known: a router's outside, or the IPv6 of a machine never seen. */
  readonly own?: string
  readonly port?: number
  readonly protocol: string
  /** The device began. */
  readonly outward: boolean
  /** Absent while nobody knows: none of them has ended, nor lasted some minutes. */
  readonly answered?: boolean
  /** One of them has ended. */
  readonly over: boolean
  /** The name that the device had asked for to get there. */
  readonly name?: string
  readonly count: number
  readonly first: Date
  readonly last: Date
}

export interface PeerRow {
  readonly device: DeviceId
  readonly peer: string
  readonly port?: number
  readonly protocol: string
  readonly outward: boolean
  readonly name?: string
  readonly count: number
  /** Absent where nobody counts. */
  readonly bytesOut?: number
  readonly bytesIn?: number
  readonly first: Date
  readonly last: Date
}
