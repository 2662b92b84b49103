import { eventKinds } from '../core/observation.ts'
import type { EventKind, Observation } from '../core/observation.ts'
import { authAttempt } from './kinds/auth-attempt.ts'
import type { Kind } from './kinds/column.ts'
import { connection } from './kinds/connection.ts'
import { dnsAnswer, dnsQuery } from './kinds/dns.ts'
import { health } from './kinds/health.ts'
import { logLine } from './kinds/log-line.ts'
import { presence } from './kinds/presence.ts'
import { reading } from './kinds/reading.ts'
import { hostScan, service } from './kinds/scan.ts'
import { containerState, processState } from './kinds/watch.ts'

/** The one table of kinds: nothing else knows how an event is stored. */
export const kinds: { readonly [K in EventKind]: Kind<Extract<Observation, { kind: K }>> } = {
  'dns-query': dnsQuery,
  'dns-answer': dnsAnswer,
  connection,
  'auth-attempt': authAttempt,
  reading,
  service,
  'host-scan': hostScan,
  process: processState,
  container: containerState,
  'log-line': logLine,
  presence,
  health,
}

/** The tables of all kinds. */
export const eventTables: readonly string[] = eventKinds.map((kind) => kinds[kind].table)

/** How events of a kind are stored. */
export function kindOf(kind: EventKind): Kind<Observation> {
  return kinds[kind]
}
