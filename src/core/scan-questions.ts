import type { Window } from './detector.ts'
import type { DeviceId } from './device.ts'

/** What can be asked about what scans found, and about who is new at home. */
export interface ScanQuestions {
  /** The ports found open in the window: one row per device, protocol and port. */
  services(window: Window): Promise<readonly ServiceRow[]>
  /** Of those, the ones that an earlier scan of the same device asked for and did not find, and that were never found open there before. */
  newServices(window: Window): Promise<readonly ServiceRow[]>
  /** Devices first seen in the window, whether or not anything of theirs is fresh. */
  newDevices(window: Window): Promise<readonly NewDeviceRow[]>
}

export interface ServiceRow {
  readonly device: DeviceId
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** What nmap takes it for; the rest is what it says of itself: text of strangers. */
  readonly service?: string
  readonly product?: string
  readonly version?: string
  /** When it was found open in the window, first and last. */
  readonly first: Date
  readonly last: Date
  /** It was found open there in the 30 days before that. */
  readonly wasOpen: boolean
  /** Nothing at all was open there when it was looked at before: it slept, or is another. */
  readonly wasShut: boolean
}

export interface NewDeviceRow {
  readonly device: DeviceId
  readonly at: Date
  /** Known by an address alone so far. */
  readonly provisional: boolean
  /** When the first device of this house was seen. */
  readonly houseSince: Date
  /** The loops that told of its hardware: `collect/neighbours`. */
  readonly sources: readonly string[]
}
