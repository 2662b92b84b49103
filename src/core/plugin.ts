import type { ZodType } from 'zod'
import type { Home } from './home.ts'
import type { Log } from './log.ts'

/** One thing that was looked at: for `hearthwarden check` and the page. */
export interface Check {
  /** False: what is set up does not work, and a person must do something. */
  readonly ok: boolean
  /** Not there, and nobody needs it: what could be had besides. `ok` is true then. */
  readonly optional?: boolean
  /** One sentence: what is there, or what is missing and what to do. */
  readonly message: string
  /** Something that can be tested by itself: a speaker's entity id. */
  readonly target?: string
}

/** What every plugin is. */
export interface Plugin<Options> {
  /** Kebab-case; the file's name, the option group, the log's prefix. */
  readonly name: string
  readonly title: string
  /** Parsed in one place, from `{}` when nothing is set. */
  readonly options: ZodType<Options>
  /** False while something that it cannot do without is not set: then it is off, which is no fault. */
  isSetUp?(options: Options, home: Home | undefined): boolean
  /** What is there and what is missing: speakers found, file readable, right lacking. */
  check?(context: Context<Options>): Promise<Check[]>
}

/** What every plugin gets. */
export interface Context<Options> {
  readonly options: Options
  readonly log: Log
  /** Aborted when the app stops: pass it to every fetch and every wait. */
  readonly stop: AbortSignal
  /** The time, as an argument. */
  now(): Date
  /** The one connection to Home Assistant. Absent where there is none. */
  readonly home: Home | undefined
}
