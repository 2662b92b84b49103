import type { Window } from './detector.ts'
import type { DeviceId } from './device.ts'
import type { LogSeverity } from './observation.ts'

/** What can be asked about lines of logs. */
export interface LogQuestions {
  /** What programs wrote: one row per device, program and template; what is new first, then the most severe, the rarest; 500 at most. */
  templates(window: Window): Promise<readonly TemplateRow[]>
}

export interface TemplateRow {
  readonly device: DeviceId
  readonly program: string
  readonly template: string
  /** The worst that such a line was marked with. */
  readonly severity?: LogSeverity
  readonly count: number
  readonly first: Date
  readonly last: Date
  /** Nothing in this home had written it before the window, and its source had been read for a day by then. */
  readonly isNew: boolean
}
