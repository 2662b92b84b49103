import type { WordsOf } from '../core/alert.ts'
import type { House } from '../core/bridge.ts'
import type { Board } from '../core/health.ts'
import type { Log } from '../core/log.ts'
import type { Check } from '../core/plugin.ts'
import type { Asker, RequestInput, RequestResult } from '../core/request.ts'
import type { Setting } from '../core/setting.ts'
import type { Signal } from '../core/signal.ts'
import type { Store } from '../store/store.ts'

/** All that the API shows and asks: made by `app.ts`, with or without the loops running. */
export interface ApiParts {
  readonly store: Store
  readonly board: Board
  readonly house: House
  readonly version: string
  readonly log: Log
  /** Ends the streams. */
  readonly stop: AbortSignal
  readonly now: () => Date
  readonly ask: (request: RequestInput, by: Asker) => Promise<RequestResult>
  readonly words: WordsOf
  readonly detectors: readonly DetectorView[]
  /** Asks every plugin that is set up what it finds; takes seconds. */
  readonly checks: () => Promise<readonly PluginChecks[]>
  /** What is done to other machines, one sentence each. */
  readonly notices: () => readonly string[]
  readonly settings: () => readonly Setting[]
  readonly work: Work
}

/** What the terminal has done for it: longer than a question, and no change that a person asks of the house. */
export interface Work {
  replay(ask: { since?: Date; until?: Date; detectors?: readonly string[] }): Promise<readonly Signal[]>
  /** One pass of these sources, all when none is named; a source that fails says why. */
  collect(ask: {
    names: readonly string[]
    learning: boolean
  }): Promise<{ loop: string; taken: number; problem?: string }[]>
  importedLines(of: { source: string; file: string }): Promise<number>
  importLines(piece: {
    source: string
    file: string
    from: number
    lines: readonly string[]
    written: Date
  }): Promise<{ lines: number; events: number }>
}

export interface DetectorView {
  readonly name: string
  readonly title: string
  /** MITRE ATT&CK. */
  readonly technique?: string
}

/** What one plugin's check found. */
export interface PluginChecks {
  readonly plugin: string
  /** `collectors`, `notifiers` and so on: the first part of its options' path. */
  readonly kind: string
  readonly title: string
  readonly checks: readonly Check[]
  /** The title of what does its work instead. */
  readonly coveredBy?: string
}
