import { isGroup, isLoopback, isPrivate, isPublic } from '../../core/address.ts'
import type { Connection } from '../../core/observation.ts'
import type { ConntrackEntry } from '../../formats/conntrack.ts'

/** Which connections are worth a row. */
export interface Wanted {
  /** Those that stay on the machine. */
  readonly loopback: boolean
  /** Those to everybody at once: announcements of devices. */
  readonly groups: boolean
  /** Those from home to a name server at home, whose log tells more. */
  readonly dns: boolean
}

/** The connections that are under way, from what the kernel tells of them. */
export interface Flows {
  /** What one event means: undefined where it is no news, or not wanted. */
  heard(entry: ConntrackEntry, now: Date): Connection | undefined
  /** Begins a look at the whole table. */
  look(now: Date): Sight
}

/** One look at the table, entry by entry; one that is not ended changes nothing. */
export interface Sight {
  /** What one entry means: that it is new, or lasts. */
  saw(entry: ConntrackEntry): Connection | undefined
  /** What has gone without a word; `whole` unless the table's end was cut. */
  end(whole: boolean): Connection[]
}

interface Flow {
  /** Milliseconds since 1970. */
  readonly began: number | undefined
  readonly entry: ConntrackEntry
  /** What of it is told already; absent: nothing. */
  readonly told?: ConntrackEntry
  /** It was there when the table was looked at before. */
  readonly lasts: boolean
}

/** More are told of, but not remembered: a flood must not fill the memory. */
const most = 65_536

/** `told`: begins and ends are told by events as well; else the table is all there is. */
export function makeFlows(wanted: Wanted, { told }: { told: boolean }): Flows {
  let flows = new Map<string, Flow>()
  let looks = 0
  /** What ended while the table is read. */
  let gone: Set<string> | undefined

  return {
    heard(entry, now) {
      if (!isWanted(entry, wanted)) return undefined
      const key = keyOf(entry)
      const at = entry.at ?? now
      const known = flows.get(key)
      if (entry.event === 'destroy') {
        flows.delete(key)
        if (gone && gone.size < most) gone.add(key)
        return toConnection(entry, { key, state: 'ended', at, before: known })
      }
      if (known || entry.event !== 'new') return undefined
      if (flows.size < most) flows.set(key, { began: at.getTime(), entry, lasts: false })
      return toConnection(entry, { key, state: 'begun', at, before: undefined })
    },
    look(now) {
      const there = new Map<string, Flow>()
      const ended = new Set<string>()
      gone = ended
      return {
        saw(entry) {
          if (!isWanted(entry, wanted)) return undefined
          const key = keyOf(entry)
          if (ended.has(key)) return undefined
          const known = flows.get(key)
          const isNew = !known && !told && looks > 0
          const began = known ? known.began : isNew ? now.getTime() : undefined
          // What has only just begun was told of; what was there before us is told of now.
          const isTold = known !== undefined && !known.lasts
          const counted = isTold || isNew ? {} : { told: entry }
          if (there.size < most) there.set(key, { began, entry, ...counted, lasts: true })
          if (isTold) return undefined
          return toConnection(entry, { key, state: isNew ? 'begun' : 'open', at: now, before: known })
        },
        end(whole) {
          const lost: Connection[] = []
          for (const [key, flow] of flows) {
            if (there.has(key)) continue
            // One that began while the table was read is not in it yet.
            if (!whole || (told && !flow.lasts)) {
              if (there.size < most) there.set(key, { ...flow, lasts: true })
            } else lost.push(toConnection(flow.entry, { key, state: 'ended', at: now, before: flow }))
          }
          for (const key of ended) there.delete(key)
          gone = undefined
          flows = there
          looks += 1
          return lost
        },
      }
    },
  }
}

function isWanted({ originator, responder, responderPort }: ConntrackEntry, wanted: Wanted): boolean {
  if (!wanted.loopback && isLoopback(originator)) return false
  if (!wanted.groups && isGroup(responder)) return false
  return wanted.dns || responderPort !== 53 || !isPrivate(responder) || isPublic(originator)
}

/** The kernel's number, else what it goes between. */
function keyOf({
  id,
  protocol,
  originator,
  originatorPort,
  responder,
  responderPort,
}: ConntrackEntry): string {
  return id ?? `${protocol} ${originator} ${originatorPort ?? ''} ${responder} ${responderPort ?? ''}`
}

/** A connection as the store keeps it; `before` is what was known of it. */
function toConnection(
  entry: ConntrackEntry,
  { key, state, at, before }: { key: string; state: Connection['state']; at: Date; before: Flow | undefined },
): Connection {
  const { protocol, originator, originatorPort, responder, responderPort, answered } = entry
  const began = before?.began
  const duration =
    entry.duration ?? (began === undefined ? undefined : Math.max(0, (at.getTime() - began) / 1000))
  return {
    kind: 'connection',
    at,
    flow: key,
    state,
    protocol,
    originator,
    ...(originatorPort !== undefined && { originatorPort }),
    responder,
    ...(responderPort !== undefined && { responderPort }),
    ...(duration !== undefined && state !== 'begun' && { duration }),
    ...countsOf(entry, state, before),
    ...(state !== 'begun' && { answered }),
  }
}

const counters = ['bytesOut', 'bytesIn', 'packetsOut', 'packetsIn'] as const

/** What was counted and not told yet. Of what was there before us nobody knows since when. */
function countsOf(
  entry: ConntrackEntry,
  state: Connection['state'],
  before: Flow | undefined,
): Pick<Connection, (typeof counters)[number]> {
  if (state === 'begun' || (state === 'open' && !before)) return {}
  return Object.fromEntries(
    counters.flatMap((counter) => {
      const count = entry[counter]
      return count === undefined ? [] : [[counter, Math.max(0, count - (before?.told?.[counter] ?? 0))]]
    }),
  )
}
