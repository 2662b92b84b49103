import type { Window } from './detector.ts'
import type { DeviceId } from './device.ts'

/** What can be asked about logins. */
export interface LoginQuestions {
  /** Who tried to log in where: one row per device, origin, machine and service. */
  attempts(window: Window): Promise<readonly AttemptRow[]>
  /** Logins from where that user had never come in to that machine before; the first of each, in order of time. */
  newOrigins(window: Window): Promise<readonly NewOriginRow[]>
}

interface LoginPlace {
  /** Whose doing it is: the device that it came from, when that is at home, else the machine that was logged in to. */
  readonly device: DeviceId
  /** Where it came from; undefined on the machine itself. */
  readonly from: string | undefined
  /** It came from a device of this house, or from the machine itself. */
  readonly inside: boolean
  /** The machine's name, as its log calls it. */
  readonly host: string | undefined
  readonly service: string
}

export interface AttemptRow extends LoginPlace {
  readonly failures: number
  /** How many of them were no guess: an existing account asked for without a password, as by a program whose key is refused. */
  readonly keys: number
  /** Accounts that were tried in vain, how many of them do not exist, and the one tried most: text of strangers. */
  readonly users: number
  readonly unknownUsers: number
  readonly user: string | undefined
  readonly firstFailure: Date | undefined
  readonly lastFailure: Date | undefined
  readonly successes: number
  /** Of the logins that followed guesses, the one that followed the most of them since the login before it. */
  readonly entered: { readonly at: Date; readonly user: string; readonly failures: number } | undefined
}

export interface NewOriginRow extends LoginPlace {
  readonly from: string
  readonly user: string
  readonly method: string | undefined
  readonly at: Date
  /** From how many places this user had come in to this machine before. */
  readonly places: number
  /** When this user was first seen coming in to this machine. */
  readonly since: Date
}
