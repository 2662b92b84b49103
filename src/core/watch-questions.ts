import type { Window } from './detector.ts'
import type { DeviceId } from './device.ts'
import type { ContainerState, ProcessState } from './observation.ts'

/** What can be asked about what is watched: processes and containers. */
export interface WatchQuestions {
  /** How each process of the watch list is at the window's end: one row per device and name that was told of in the window. */
  processes(window: Window): Promise<readonly ProcessRow[]>
  /** The same of containers and apps. */
  containers(window: Window): Promise<readonly ContainerRow[]>
}

interface WatchRow {
  readonly device: DeviceId
  readonly name: string
  readonly reason?: string
  /** When it was told of last. */
  readonly at: Date
  /** Since when it has been like this, as far as the window reaches. */
  readonly since: Date
  /** It has been seen running, in the window or at any time before. */
  readonly hasRun: boolean
  /** On how many of the seven days before it has stopped at this time of day, and run again after that. */
  readonly stopsBefore: number
}

export interface ProcessRow extends WatchRow {
  readonly state: ProcessState['state']
}

export interface ContainerRow extends WatchRow {
  readonly state: ContainerState['state']
  readonly image?: string
  /** How often it was started anew within the window. */
  readonly restarts: number
  /** With what it ended last. */
  readonly exitCode?: number
  /** Somebody had its engine end it. */
  readonly ordered: boolean
}
