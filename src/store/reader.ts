import type { EventReader, Window } from '../core/detector.ts'
import { fans, peers, transfers, unasked } from './connection-questions.ts'
import type { Database } from './database.ts'
import { domainNames, domains, newDomains } from './dns-questions.ts'
import { indicatorHits } from './indicator-hits.ts'
import { makeClear } from './listed.ts'
import { listedPeers } from './listed-peers.ts'
import { templates } from './log-questions.ts'
import { attempts, newOrigins } from './login-questions.ts'
import type { FindNetworks } from './networks.ts'
import { newDevices, newServices, services } from './scan-questions.ts'
import { lastSeen, loops, readings } from './source-questions.ts'
import { containers, processes } from './watch-questions.ts'

export interface ReaderParts {
  readonly database: Database
  networksOf: FindNetworks
  /** Changes when an answer given before may not hold any more: a device was merged, a list renewed, events dropped. */
  edition(): string
  /** The newest event; a window that reaches beyond it is asked anew each time. */
  newest(): number
}

/** Windows that are remembered for each question, and rows that an answer may have to be remembered. */
const mostWindows = 4
const mostRows = 10_000

/** The reader of the detectors: the same question about the same window is asked once. */
export function makeReader({ database, networksOf, edition, newest }: ReaderParts): EventReader {
  const once = <T, More extends readonly (number | undefined)[]>(
    ask: (window: Window, ...more: More) => Promise<readonly T[]>,
  ) => {
    const answers = new Map<string, Promise<readonly T[]>>()
    return async (window: Window, ...more: More): Promise<readonly T[]> => {
      if (window.through > newest()) return ask(window, ...more)
      const key = `${edition()} ${keyOf(window)} ${more.join(' ')}`
      const known = answers.get(key)
      if (known) return known
      const answer = ask(window, ...more)
      answers.set(key, answer)
      const [oldest] = answers.keys()
      if (answers.size > mostWindows && oldest !== undefined) answers.delete(oldest)
      let rows = Infinity
      try {
        const given = await answer
        rows = given.length
        return given
      } finally {
        if (rows > mostRows) answers.delete(key)
      }
    }
  }
  let clear = { edition: edition(), ...makeClear() }
  const clearNow = () => {
    if (clear.edition !== edition()) clear = { edition: edition(), ...makeClear() }
    return clear
  }
  return {
    domainNames: once((window) => domainNames(database, window)),
    domains: (window, among) => domains(database, window, among),
    newDomains: once((window, knownSeconds = 0) => newDomains(database, window, knownSeconds)),
    indicatorHits: once((window) => indicatorHits({ database, networksOf, clear: clearNow() }, window)),
    listedPeers: once((window) => listedPeers({ database, networksOf, clear: clearNow() }, window)),
    readings: once((window) => readings(database, window)),
    loops: once((window) => loops(database, window)),
    lastSeen: once((window) => lastSeen(database, window)),
    fans: once((window) => fans(database, window)),
    transfers: once((window, least) => transfers(database, window, least)),
    unasked: once((window) => unasked(database, window)),
    peers: (window, device) => peers(database, window, device),
    attempts: once((window) => attempts(database, window)),
    newOrigins: once((window) => newOrigins(database, window)),
    processes: once((window) => processes(database, window)),
    containers: once((window) => containers(database, window)),
    services: once((window) => services(database, window)),
    newServices: once((window) => newServices(database, window)),
    newDevices: (window) => newDevices(database, window),
    templates: once((window) => templates(database, window)),
  }
}

function keyOf({ from, to, after, through, imported }: Window): string {
  return [from.getTime(), to.getTime(), after, through, imported].join(' ')
}
