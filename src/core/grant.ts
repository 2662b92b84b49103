import type { DeviceId } from './device.ts'

/** A person's word that a behaviour is expected: narrow, with an end. */
export interface Grant {
  /** `g` and a number. */
  readonly id: string
  readonly device: DeviceId
  readonly detector: string
  /** Absent only for signals that have no target themselves. */
  readonly target?: string
  readonly from: Date
  readonly until: Date
  /** Who gave it and how: `page`, `mqtt`, `cli`. */
  readonly by: string
  /** The alert that it answered. */
  readonly alert?: string
}
