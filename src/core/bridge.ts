import type { AlertLine, AlertView } from './alert.ts'
import type { HealthRow } from './health.ts'
import type { Context, Plugin } from './plugin.ts'
import type { Recap } from './recap.ts'
import type { Asker, RequestInput, RequestResult } from './request.ts'
import type { Severity } from './severity.ts'
import type { Situation } from './situation.ts'
import type { Week } from './week.ts'

/** Shows the house to another system as it changes, and brings requests back. */
export interface Bridge<O = unknown> extends Plugin<O> {
  /** Who asks when requests come through it. */
  readonly asker: Asker
  /** Until `stop`; throws on failure. Calls `ready` each time it is connected. */
  run(context: BridgeContext<O>): Promise<void>
}

export interface BridgeContext<O> extends Context<O> {
  /** Lasting id of this installation, `[a-z0-9]{8}`. */
  readonly instance: string
  readonly version: string
  readonly house: House
  ready(): void
  ask(request: RequestInput): Promise<RequestResult>
}

/** The house as others see it. */
export interface House {
  state(): Promise<HouseState>
  /** The state now, and again after each change, at most once a second; a slow reader misses only what is overtaken. */
  states(stop: AbortSignal): AsyncIterable<HouseState>
  /** What happens to alerts from now on: each opening, each rise, each end. */
  happenings(stop: AbortSignal): AsyncIterable<Happening>
}

export interface Happening {
  /** `resolved`: acknowledged, expected or closed. */
  readonly type: 'low' | 'medium' | 'high' | 'resolved'
  readonly alert: AlertView
}

export interface Temperature {
  readonly sensor: string
  readonly value: number
  readonly at: Date
}

export interface HouseState {
  /** The worst of the open alerts. */
  readonly severity: Severity
  readonly openAlerts: number
  /** The first of them, worst first. */
  readonly open: readonly AlertLine[]
  /** Something of severity high is open. */
  readonly threat: boolean
  /** The newest alert that is not `none`. */
  readonly lastAlert?: AlertView
  /** When a detector last judged new events, to the minute. */
  readonly lastAnalysis?: Date
  readonly devices: number
  /** Since local midnight. */
  readonly dnsToday: number
  readonly newDomainsToday: number
  readonly newDevicesToday: number
  /** Devices that were seen in the last quarter of an hour. */
  readonly devicesOnline: number
  readonly situation: Situation
  /** Of this machine, newest value of each sensor. */
  readonly temperatures: readonly Temperature[]
  readonly health: readonly HealthRow[]
  readonly week: Week
  readonly recap?: Recap
  readonly learning: { readonly on: boolean; readonly until: Date }
  readonly sensitivity: 'relaxed' | 'balanced' | 'strict'
  readonly spokenAlerts: boolean
}
