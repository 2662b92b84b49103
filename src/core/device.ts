/** A thing's lasting id. Addresses change; this does not. */
export type DeviceId = string & { readonly __brand: 'DeviceId' }

/** The one place where a device's id is made out of text: from a row, a file or a request. */
export function toDeviceId(text: string): DeviceId {
  return text as DeviceId
}

/** The machine that this program runs on. */
export const thisMachine = toDeviceId('this-machine')

/** A thing on the network. */
export interface Device {
  readonly id: DeviceId
  /** What to call it: the label, else what people call it in Home Assistant, else the newest host name, else the newest IPv4 address, else the newest address, else the id. */
  readonly name: string
  /** The name that a person chose. Only such a name is ever spoken (I8). */
  readonly label?: string
  /** The room that it stands in, as people have told Home Assistant. */
  readonly area?: string
  /** Lower case, colons. */
  readonly macs: readonly string[]
  /** Whose make it is, as its MAC says: to whom the IEEE has assigned it. None for a MAC that was made up. */
  readonly vendor?: string
  /** Newest first. */
  readonly addresses: readonly string[]
  /** As the device calls itself: text of strangers. Newest first. */
  readonly hostnames: readonly string[]
  /** Every MAC it was seen with is locally administered: a phone that hides its identity. */
  readonly randomMac: boolean
  /** Known by an address alone so far. */
  readonly provisional: boolean
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** The collectors that have seen it, the newest first: at most 16. */
  readonly sources: readonly DeviceSource[]
}

/** A collector that has seen a device. */
export interface DeviceSource {
  /** With its place, where it has several: `pihole-log/attic`. */
  readonly name: string
  /** To the minute. */
  readonly lastSeen: Date
}
