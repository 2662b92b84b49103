import type { Baseline } from './baseline.ts'
import type { ConnectionQuestions } from './connection-questions.ts'
import type { Device, DeviceId } from './device.ts'
import type { Indicator } from './indicator.ts'
import type { LoopState } from './health.ts'
import type { LogQuestions } from './log-questions.ts'
import type { LoginQuestions } from './login-questions.ts'
import type { EventKind } from './observation.ts'
import type { Plugin } from './plugin.ts'
import type { ScanQuestions } from './scan-questions.ts'
import type { Signal } from './signal.ts'
import type { WatchQuestions } from './watch-questions.ts'

/** Judges: reads events, claims signals. It does not grade, suppress, ask the model or tell. */
export interface Detector<O = unknown> extends Plugin<O> {
  /** MITRE ATT&CK, `T1568.002`. */
  readonly technique?: string
  /** What a person can do about it, one sentence. */
  readonly advice: string
  /** What is said aloud of its alerts (I8): a few fixed plain words that follow "High alert about the television:", at most 100 characters, without a full stop. */
  readonly spoken?: string
  /** Woken when such events have come (at most each 250 ms), and at least every `every`. */
  readonly on: readonly EventKind[]
  /** Seconds. */
  every(options: O): number
  /** Seconds of history that one judgement may look at; 0 = the new events alone. */
  readonly lookback: number
  /** A function of its context alone: no clock, no network, no writes, no state between turns. */
  detect(context: DetectContext<O>): Promise<Signal[]>
}

export interface DetectContext<O> {
  readonly options: O
  /** The end of the step that is judged. */
  readonly now: Date
  /** The events of this step that were not judged yet; imported ones are never fresh. */
  readonly fresh: Window
  /** `[now − lookback, now)`, imported ones too. With a lookback of 0 the same as `fresh`. */
  readonly window: Window
  readonly events: EventReader
  /** What is normal, by device and subject; undefined while it is not learned. */
  baseline(device: DeviceId, subject: string): Baseline | undefined
  device(id: DeviceId): Device | undefined
}

/** Which events: made by the pipeline, understood by the store. */
export interface Window {
  /** Half open by time: `from ≤ at < to`. */
  readonly from: Date
  readonly to: Date
  /** `after < seq ≤ through`. */
  readonly after: number
  readonly through: number
  readonly imported: boolean
}

/** Named questions about a window. The heavy grouping is done in the store; only its answer becomes objects. */
export interface EventReader
  extends ConnectionQuestions, LoginQuestions, LogQuestions, WatchQuestions, ScanQuestions {
  /** The registrable domains that were asked for, each once. */
  domainNames(window: Window): Promise<readonly string[]>
  /** What each device asked for, by registrable domain: one row per device and domain. With `among`, only these domains, and those of whose names none exists and none was blocked. */
  domains(window: Window, among?: readonly string[]): Promise<readonly DomainRow[]>
  /** Domains that a device had never asked for before, with their first time inside the window; of devices known so many seconds by then (0). */
  newDomains(window: Window, knownSeconds?: number): Promise<readonly NewDomainRow[]>
  /** Names and addresses of the window that stand on a threat list. */
  indicatorHits(window: Window): Promise<readonly IndicatorHit[]>
  /** One row per device and sensor. */
  readings(window: Window): Promise<readonly ReadingRow[]>
  /** The newest state of each loop, from health events up to the window's end. */
  loops(window: Window): Promise<readonly LoopRow[]>
  /** For each kind of source that speaks by itself: when it last did. */
  lastSeen(window: Window): Promise<readonly SourceRow[]>
}

export interface DomainRow {
  readonly device: DeviceId
  /** Registrable domain, private suffixes counted as suffixes; the name itself where there is none (`nas.local`). */
  readonly domain: string
  /** The full name asked for most, and how many different ones. */
  readonly qname: string
  readonly names: number
  readonly queries: number
  /** Of the names asked for, how many were answered NXDOMAIN in this window. */
  readonly nxdomain: number
  /** Of the names asked for, how many were blocked. */
  readonly blocked: number
  readonly first: Date
  readonly last: Date
}

export interface NewDomainRow {
  readonly device: DeviceId
  readonly domain: string
  readonly qname: string
  readonly at: Date
  /** Other devices of this house that had asked for it before. */
  readonly others: number
  /** When this device was first seen asking for anything. */
  readonly deviceSince: Date
}

export interface IndicatorHit {
  readonly device: DeviceId
  readonly indicator: Indicator
  /** The name or address that was seen. */
  readonly seen: string
  readonly via: 'dns-query' | 'dns-answer'
  readonly count: number
  readonly first: Date
  readonly last: Date
  /** Every answer to it was a block: it never got through. */
  readonly blocked: boolean
}

export interface ReadingRow {
  readonly device: DeviceId
  readonly quantity: string
  readonly sensor: string
  readonly unit: string
  readonly count: number
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly last: number
  readonly lastAt: Date
  readonly limit?: number
}

export interface LoopRow {
  readonly loop: string
  readonly state: LoopState
  readonly reason?: string
  readonly at: Date
  /** When it stopped being `ok`; undefined while it is, and when it never was. */
  readonly brokenSince: Date | undefined
}

export interface SourceRow {
  /** The loop that collected it: `collect/pihole-log`. */
  readonly source: string
  /** Its oldest and newest event in the window. */
  readonly first: Date
  readonly last: Date
  /** Median seconds between two of its events over the window; undefined below three. */
  readonly usualGap?: number
  /** The longest gap between two of its events in the window, seconds. */
  readonly longestGap?: number
}
