import type { Alert, AlertStatus, AlertView, WordsOf } from '../core/alert.ts'
import type { Baseline } from '../core/baseline.ts'
import type { Device, DeviceId } from '../core/device.ts'
import type { EventReader, Window } from '../core/detector.ts'
import type { Grant } from '../core/grant.ts'
import type { EventKind, Event, Observation } from '../core/observation.ts'
import type { Band, Severity } from '../core/severity.ts'
import type { Signal, StoredSignal } from '../core/signal.ts'
import type { Situation } from '../core/situation.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Cursors, Indicators, Meta, Surroundings, Upkeep } from './house-keeping.ts'
import type { Deliveries, Recaps, Requests } from './records.ts'

/**
 * The only hand-over between the loops. Every method that writes resolves after the commit; all writes go through
 * one queue on one connection. Rows of events, signals and alerts carry a `seq` that only grows, in the order of commit.
 */
export interface Store {
  readonly meta: Meta
  readonly events: Events
  readonly signals: Signals
  readonly alerts: Alerts
  readonly deliveries: Deliveries
  readonly requests: Requests
  readonly devices: Devices
  readonly indicators: Indicators
  readonly recaps: Recaps
  readonly cursors: Cursors
  /** Files that a person can read. */
  readonly baselines: Baselines
  readonly grants: Grants
  readonly household: Household
  readonly surroundings: Surroundings
  readonly upkeep: Upkeep
  /** Resolves when a commit has brought such rows, or after so many milliseconds, or at `stop`. Commits since `after` count: nothing is missed between two calls. */
  changed(
    topics: readonly Topic[],
    wait: { after: number; milliseconds: number; stop: AbortSignal },
  ): Promise<void>
  /** Number of the newest commit. */
  commit(): number
  /** Commits what is queued and closes. */
  close(): Promise<void>
}

export type Topic =
  | EventKind
  | 'signals'
  | 'alerts'
  | 'requests'
  | 'recaps'
  | 'devices'
  | 'grants'
  | 'indicators'

export interface Events {
  /** Saves a collector's piece and its cursor in one commit. `imported`: learned from, never fresh. */
  save(piece: {
    loop: string
    observations: readonly Observation[]
    cursor?: unknown
    imported?: boolean
  }): Promise<void>
  /** Resolves when what is saved then is committed at once: who looks then keeps nothing waiting. At `stop` at the latest. */
  round(stop: AbortSignal): Promise<void>
  readonly reader: EventReader
  /** The newest number committed. */
  newest(): number
  /**
   * Ends of the steps, oldest first, that hold events `after < seq ≤ through` of these kinds, not imported. A step is
   * `[end − every, end)`, `end` a multiple of `every` seconds since 1970. `imported: true`: all of them, for replay.
   */
  steps(ask: {
    kinds: readonly EventKind[]
    every: number
    after: number
    through: number
    imported?: boolean
    from?: Date
    to?: Date
  }): Promise<readonly Date[]>
  /** Newest first. `text` is looked for in names and values, as it stands. `before` pages on. */
  search(ask: {
    kinds?: readonly EventKind[]
    since?: Date
    until?: Date
    device?: DeviceId
    text?: string
    before?: number
    limit: number
  }): Promise<readonly StoredEvent[]>
  /** Rows per kind, oldest and newest. */
  stats(): Promise<readonly KindStats[]>
  /** Numbers of a span of time, for the page, the sensors and the recap. */
  totals(from: Date, to: Date): Promise<Totals>
  /** What a window comes to, for the review. */
  counts(window: Window): Promise<PeriodCounts>
  /** The loops that collected something about a device in a span of time. */
  sources(device: DeviceId, from: Date, to: Date): Promise<readonly string[]>
  /** How things stand; today began at `from`. */
  situation(from: Date, now: Date): Promise<Situation>
}

export interface StoredEvent {
  readonly seq: number
  readonly source: string
  readonly imported: boolean
  readonly event: Event
}

export interface KindStats {
  readonly kind: EventKind
  readonly rows: number
  readonly oldest?: Date
  readonly newest?: Date
}

/** Counts of a window by device, most first. */
export interface PeriodCounts {
  readonly connections: readonly DeviceCount[]
  readonly queries: readonly DeviceCount[]
  /** `tcp/23`: open now, and not at an earlier look at the same device. */
  readonly newPorts: readonly { device: DeviceId; port: string }[]
}

export interface DeviceCount {
  readonly device: DeviceId
  readonly count: number
}

export interface Totals {
  readonly dnsQueries: number
  readonly newDomains: number
  readonly newDevices: number
  /** Newest reading of each sensor in the span. */
  readonly readings: readonly {
    device: DeviceId
    quantity: string
    sensor: string
    unit: string
    value: number
    at: Date
  }[]
  /** DNS queries and distinct domains by device, most first. */
  readonly byDevice: readonly { device: DeviceId; queries: number; domains: number; newDomains: number }[]
}

export interface Signals {
  /**
   * Saves a detect turn's claims and its cursor in one commit. A claim whose identity (detector, device, target) is in
   * an alert that is not closed, or not correlated yet, updates that row; it is a change only when `at` is later or the confidence higher.
   */
  claim(turn: { loop: string; signals: readonly Signal[]; cursor: unknown }): Promise<void>
  /** Signals `seq > after`, oldest first, with their `seq`. */
  changed(after: number): Promise<readonly (StoredSignal & { readonly seq: number })[]>
  of(alert: string): Promise<readonly StoredSignal[]>
  list(ask: {
    since?: Date
    detector?: string
    device?: DeviceId
    limit: number
  }): Promise<readonly StoredSignal[]>
}

/** What correlate makes of one device's signals. */
export interface Correlation {
  /** Absent: a new alert is opened. */
  readonly alert?: string
  readonly device: DeviceId
  readonly title: string
  readonly band: Band
  readonly confidence: number
  readonly updatedAt: Date
  /** Ids of all its signals, and the grant that covers each, if any. */
  readonly signals: readonly { readonly id: string; readonly grant?: string }[]
  /** The signals or the band changed in a way that a verdict depends on: an older verdict no longer counts. */
  readonly changed: boolean
  /** All its signals are granted. */
  readonly expected: boolean
}

export interface Alerts {
  /** Opens and changes alerts, ties their signals to them and saves the loop's cursor, in one commit. Gives the alerts' ids in order. */
  correlate(turn: {
    loop: string
    correlations: readonly Correlation[]
    cursor: unknown
  }): Promise<readonly string[]>
  /** Saves a verdict; severity follows from it while it is about the alert's present signals. */
  judge(alert: string, verdict: Verdict): Promise<void>
  /** Acknowledges, expects or closes; false when there is no such alert that is not closed. */
  setStatus(alert: string, status: AlertStatus): Promise<boolean>
  mute(alert: string, until: Date): Promise<boolean>
  endMutes(at: Date): Promise<void>
  /** Closes alerts whose newest signal is older than that, also where these detectors still claim; gives their ids. */
  closeOlder(than: Date, minor?: readonly string[]): Promise<readonly string[]>
  /** The device's alert that is not closed. */
  current(device: DeviceId): Promise<Alert | undefined>
  get(alert: string): Promise<Alert | undefined>
  /** Worst and newest first. */
  list(ask: {
    status?: readonly AlertStatus[]
    severity?: readonly Severity[]
    device?: DeviceId
    since?: Date
    limit: number
  }): Promise<readonly Alert[]>
  /** Alerts `seq > after`, in that order. */
  changed(after: number): Promise<readonly Alert[]>
  /** With device and signals; `words` are what its detectors have to say. */
  view(alert: Alert, words: WordsOf): Promise<AlertView>
}

export interface Devices {
  /** All, newest seen first. Merged ones appear once. */
  list(): readonly Device[]
  /** Follows merges. */
  get(id: DeviceId): Device | undefined
  /** The device that has this address now. */
  at(address: string): Device | undefined
  /** An id, address, MAC or name, as a person would type it. */
  find(text: string): Device | undefined
  /** The person's own name for it; undefined forgets. False when there is no such device. */
  label(id: DeviceId, label: string | undefined): Promise<boolean>
  /** The addresses, MACs and name of this machine itself. */
  own(interfaces: readonly { address: string; mac: string }[], hostname: string): Promise<void>
}

export interface Baselines {
  get(device: DeviceId, subject: string): Baseline | undefined
  list(device?: DeviceId): readonly Baseline[]
  /** Learns every hour and day that has ended since; gives how many samples were taken. */
  learn(now: Date): Promise<number>
}

export interface Grants {
  /** Those in force at that time. */
  active(at: Date): readonly Grant[]
  list(): readonly Grant[]
  add(grants: readonly Omit<Grant, 'id'>[]): Promise<readonly Grant[]>
  revoke(id: string, at: Date): Promise<boolean>
}

/** What people of this house already know; read anew when the files change. */
export interface Household {
  knownIssues(): Promise<readonly KnownIssue[]>
  /** The text of `constraints.md`, capped; empty when there is none. */
  constraints(): Promise<string>
}

export interface KnownIssue {
  readonly text: string
  /** Id, name, MAC or address. Absent: any device. */
  readonly device?: string
  /** Absent: it is only told to the model. */
  readonly detector?: string
  /** The signal's target, when only that is meant. */
  readonly target?: string
  readonly until?: Date
}
