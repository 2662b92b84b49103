/** What the page reads of the API's answers. A test holds this against the API's own schemas. */

export type Severity = 'none' | 'low' | 'medium' | 'high'
export type Status = 'open' | 'acknowledged' | 'expected' | 'closed'
export type LoopState = 'starting' | 'ok' | 'waiting' | 'blocked' | 'failing' | 'off'
/** What the stream says has changed. */
export type Topic = 'alerts' | 'devices' | 'grants' | 'recaps'

export interface Device {
  readonly id: string
  readonly name: string
  readonly label?: string | undefined
  readonly area?: string | undefined
  readonly macs: readonly string[]
  readonly vendor?: string | undefined
  readonly addresses: readonly string[]
  readonly hostnames: readonly string[]
  readonly randomMac: boolean
  readonly provisional: boolean
  readonly firstSeen: string
  readonly lastSeen: string
  readonly sources: readonly { readonly name: string; readonly lastSeen: string }[]
}

export interface Signal {
  readonly id: string
  readonly detector: string
  readonly target?: string | undefined
  readonly at: string
  readonly firstAt: string
  readonly count: number
  readonly confidence: number
  readonly summary: string
  readonly evidence: Readonly<Record<string, string | number | boolean>>
  readonly grant?: string | undefined
}

export interface Verdict {
  readonly severity: Severity
  readonly reason: string
  readonly status: string
  readonly model: string
}

interface Alert {
  readonly id: string
  readonly device: string
  readonly status: Status
  readonly openedAt: string
  readonly updatedAt: string
  readonly title: string
  readonly severity: Severity
  readonly verdict?: Verdict | undefined
  readonly mutedUntil?: string | undefined
}

export interface AlertRow extends Alert {
  readonly deviceName: string
}

export interface AlertView extends Alert {
  readonly deviceView: Device
  readonly signals: readonly Signal[]
  readonly advice: readonly string[]
}

export interface AlertStory {
  readonly alert: AlertView
  readonly story: readonly { readonly at: string; readonly what: string }[]
}

export interface Grant {
  readonly id: string
  readonly detector: string
  readonly target?: string | undefined
  readonly until: string
}

export interface HealthRow {
  readonly loop: string
  readonly title: string
  readonly state: LoopState
  readonly reason?: string | undefined
  /** The title of what does its work instead. */
  readonly coveredBy?: string | undefined
  readonly since: string
  readonly count: number
  readonly dropped: number
}

export interface RecapValue {
  readonly device: string
  readonly subject: string
  readonly unit: string
  readonly value: number
  readonly usual?: number | undefined
}

export interface Recap {
  readonly id: string
  readonly at: string
  readonly from: string
  readonly to: string
  readonly alerts: readonly AlertView[]
  readonly newDevices: readonly string[]
  readonly newDomains: number
  readonly values: readonly RecapValue[]
  readonly headline: string
}

/** What no source tells is absent. */
export interface Situation {
  readonly failedLoginsToday?: number | undefined
  readonly links: readonly {
    readonly target: string
    readonly rtt?: number | undefined
    readonly loss?: number | undefined
  }[]
  readonly connections?: number | undefined
  readonly openPorts?: number | undefined
  readonly lastScan?: string | undefined
}

export interface HouseState {
  readonly severity: Severity
  readonly openAlerts: number
  readonly lastAnalysis?: string | undefined
  readonly devices: number
  readonly dnsToday: number
  readonly newDomainsToday: number
  readonly newDevicesToday: number
  readonly devicesOnline: number
  readonly situation: Situation
  readonly temperatures: readonly { readonly sensor: string; readonly value: number }[]
  readonly health: readonly HealthRow[]
  readonly recap?: Recap | undefined
  readonly learning: { readonly on: boolean; readonly until: string }
}

export interface Overview {
  readonly version: string
  readonly since: string
  readonly findings: readonly string[]
  readonly notices: readonly string[]
  readonly detectors: readonly {
    readonly name: string
    readonly title: string
    readonly technique?: string | undefined
  }[]
  readonly state: HouseState
}

export interface DomainRow {
  readonly domain: string
  readonly queries: number
  readonly blocked: number
  readonly last: string
}

/** Whom a device talked to. */
export interface PeerRow {
  readonly peer: string
  readonly port?: number | undefined
  readonly outward: boolean
  readonly name?: string | undefined
  readonly count: number
  readonly bytesOut?: number | undefined
  readonly bytesIn?: number | undefined
}

export interface DeviceView {
  readonly device: Device
  readonly domains: readonly DomainRow[]
  readonly peers: readonly PeerRow[]
  readonly alerts: readonly AlertRow[]
  readonly grants: readonly Grant[]
}

/** One event; what else it holds depends on its kind. */
export type Sight = {
  readonly seq: number
  readonly at: string
  readonly device: string
  readonly kind: string
} & Readonly<Record<string, string | number | boolean | undefined>>

export interface PluginChecks {
  readonly plugin: string
  readonly kind: string
  readonly title: string
  readonly checks: readonly {
    readonly ok: boolean
    readonly optional?: boolean | undefined
    readonly message: string
    readonly target?: string | undefined
  }[]
}

export interface Setting {
  readonly path: string
  readonly group: string
  readonly title: string
  readonly description: string
  readonly value?: unknown
  readonly isSet?: boolean | undefined
  readonly default?: unknown
  readonly from: 'environment' | 'file' | 'saved' | 'default'
  readonly variable: string
  readonly essential: boolean
  readonly locked: boolean
  readonly schema: Readonly<Record<string, unknown>>
}

export interface Result {
  readonly ok: boolean
  readonly message: string
}

export interface Happening {
  readonly type: 'low' | 'medium' | 'high' | 'resolved'
  readonly alert: AlertView
}
