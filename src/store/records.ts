import type { AlertStatus } from '../core/alert.ts'
import type { Receipt } from '../core/notifier.ts'
import type { Recap } from '../core/recap.ts'
import type { Asker, Request, RequestResult } from '../core/request.ts'
import type { Severity } from '../core/severity.ts'

/** That something was told to one notifier: an intent, and after it a receipt. */
export interface Delivery {
  readonly id: number
  readonly notifier: string
  /** `alert/a12`, `fold/<first delivery>`, `recap/2026-11-20`. */
  readonly key: string
  readonly occasion: string
  readonly at: Date
  /** The alerts it told of, as they were. */
  readonly alerts: readonly ToldAlert[]
  /** Absent: begun and not known to have ended. */
  readonly receipt?: Receipt
  /** Given up, and why. */
  readonly failed?: string
}

/** An alert as it was when it was told. */
export interface ToldAlert {
  readonly id: string
  readonly seq: number
  readonly severity: Severity
  readonly status: AlertStatus
  readonly detectors: readonly string[]
  /** When the verdict that it was told with was made, ISO 8601. */
  readonly judged?: string
}

export interface Deliveries {
  /** The intent: committed before it resolves. */
  begin(delivery: Omit<Delivery, 'id' | 'receipt' | 'failed'>): Promise<number>
  finish(id: number, end: { receipt: Receipt } | { failed: string }): Promise<void>
  /** A notifier's, oldest first: those that told of this alert (folds too), those with this key, those since a time. */
  of(notifier: string, ask: { alert?: string; key?: string; since?: Date }): Promise<readonly Delivery[]>
  unfinished(notifier: string): Promise<readonly Delivery[]>
  /** What a notifier must put back after a crash. */
  remembered(notifier: string): Promise<Receipt | undefined>
  remember(notifier: string, state: Receipt | undefined): Promise<void>
}

export interface StoredRequest {
  readonly id: number
  readonly at: Date
  readonly by: Asker
  readonly request: Request
  readonly result?: RequestResult
}

export interface Requests {
  ask(request: Request, by: Asker): Promise<number>
  /** Not done yet, oldest first. */
  pending(): Promise<readonly StoredRequest[]>
  finish(id: number, result: RequestResult): Promise<void>
  /** About this alert, or all alerts, oldest first; those under way too. */
  about(alert: string): Promise<readonly StoredRequest[]>
  get(id: number): Promise<StoredRequest | undefined>
}

export interface Recaps {
  save(recap: Recap): Promise<void>
  newest(): Promise<Recap | undefined>
  list(limit: number): Promise<readonly Recap[]>
}
