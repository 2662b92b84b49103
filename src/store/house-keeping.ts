import type { Indicator } from '../core/indicator.ts'
import type { HomeDevice, Person } from '../core/surroundings.ts'

/** What this installation is. */
export interface Meta {
  /** Lasting id of this installation, `[a-z0-9]{8}`. */
  readonly instance: string
  readonly createdAt: Date
  /** What was found at opening that a person should know: a damaged file moved aside, an older copy restored. */
  readonly findings: readonly string[]
}

/** Where each loop goes on after a restart. */
export interface Cursors {
  get(loop: string): Promise<unknown>
  /** Saved with the next commit; waits for it only when `now` is set. */
  set(loop: string, cursor: unknown, when: 'with-next' | 'now'): Promise<void>
}

/** Threat lists. */
export interface Indicators {
  /** Replaces one list's entries in one commit. */
  replace(list: string, entries: AsyncIterable<readonly Indicator[]>): Promise<number>
  remove(list: string): Promise<void>
  lists(): Promise<readonly { list: string; entries: number; at: Date }[]>
  /** On which lists a name or address stands, itself or by a parent domain or network. */
  lookup(seen: string): Promise<readonly Indicator[]>
}

/** What Home Assistant knows of devices and of who is at home. */
export interface Surroundings {
  /** Puts these in the place of all that was known; of people, where they were until now is kept for a year. */
  replace(
    known: { readonly devices: readonly HomeDevice[]; readonly people: readonly Person[] },
    at: Date,
  ): Promise<void>
  /** Somebody has come or gone. */
  move(person: Person, at: Date): Promise<void>
}

/** Keeps the database in its bounds. */
export interface Upkeep {
  /** Drops events older than so many days, and the oldest while the file is larger than so many bytes; never past a cursor of these loops. */
  retain(limits: {
    days: number
    bytes: number
    loops: readonly string[]
    now: Date
  }): Promise<{ dropped: number }>
  /** Writes devices, alerts and their signals to `history.ndjson.gz`. */
  backUp(): Promise<void>
  /** Bytes of the database, its log, and free space of its disk. */
  size(): Promise<{ database: number; wal: number; free: number }>
}
