import { isPrivate, isPublic, normalAddress } from '../core/address.ts'

/** One line of the kernel's table of connections, or of what changes in it. */
export interface ConntrackEntry {
  /** What happened to it; absent in a listing of the table. */
  readonly event?: 'new' | 'update' | 'destroy'
  /** When, as `-o timestamp` tells. */
  readonly at?: Date
  /** Unique while it lasts, as `-o id` tells. */
  readonly id?: string
  /** `tcp`, `udp`, `icmp`, `icmpv6`, or the number as text. */
  readonly protocol: string
  readonly originator: string
  readonly originatorPort?: number
  /** Whom the originator meant: before the destination is translated; who comes in through a forwarded port means the machine behind it. */
  readonly responder: string
  readonly responderPort?: number
  /** The responder has said something, and more than that it does not want (a reset). */
  readonly answered: boolean
  /** Seconds since it began, where the kernel notes that (`nf_conntrack_timestamp`). */
  readonly duration?: number
  /** From the originator, and to it; absent where the kernel does not count (`nf_conntrack_acct`). */
  readonly bytesOut?: number
  readonly bytesIn?: number
  readonly packetsOut?: number
  readonly packetsIn?: number
}

/** A line with more words than this is none of conntrack's. */
const mostWords = 64
const longest = 2048

interface Tuple {
  src?: string | undefined
  dst?: string | undefined
  sport?: number | undefined
  dport?: number | undefined
  packets?: number | undefined
  bytes?: number | undefined
}

/**
 * One line of `conntrack -E` or `conntrack -L`, with or without `-o extended,id,timestamp`, or of
 * `/proc/net/nf_conntrack`; tags that a router's maker has added are passed over. Undefined for anything else, and for
 * a line that is cut. It throws at nothing, in time in proportion to the line's length.
 */
export function parseConntrack(line: string): ConntrackEntry | undefined {
  if (line.length > longest) return undefined
  const words = line.trim().split(/[ \t]+/, mostWords)
  const stamp = /^\[(\d{1,12})\.(\d{1,9})\]$/.exec(words[0] ?? '')
  const event = events.get(words[stamp ? 1 : 0] ?? '')
  const first = (stamp ? 1 : 0) + (event ? 1 : 0)
  // Its family comes first, as a name and a number; its protocol the same way.
  const isExtended = /^ipv[46]$/.test(words[first] ?? '') && words[first + 1] !== undefined
  const protocol = protocolOf(words[first + (isExtended ? 2 : 0)], words[first + (isExtended ? 3 : 1)])
  if (protocol === undefined) return undefined
  const tuples: Tuple[] = []
  const ids: string[] = []
  let answered = true
  let isReset = false
  let duration: number | undefined
  for (const word of words) {
    if (word === '[UNREPLIED]') answered = false
    if (word === 'CLOSE') isReset = true
    const equals = word.indexOf('=')
    if (equals < 1) continue
    const [name, value] = [word.slice(0, equals), word.slice(equals + 1)]
    if (name === 'src' && tuples.length < 2) tuples.push({ src: value })
    else if (name === 'id') ids.push(value)
    else if (name === 'delta-time') duration = wholeOf(value)
    else note(tuples.at(-1), name, value)
  }
  const [there, back] = tuples
  // The kernel's file writes IPv6 in full.
  const [originator, meant, behind, outside] = [there?.src, there?.dst, back?.src, back?.dst].map(
    (address) => address && normalAddress(address),
  )
  if (!there || !back || !originator || !meant || !behind || !outside) return undefined
  const isForwarded = isPublic(originator) && isPublic(meant) && isPrivate(behind)
  const responder = isForwarded ? behind : meant
  const responderPort = isForwarded ? back.sport : there.dport
  // Each way of a ping has an id of its own before the connection's.
  const id = ids[protocol.startsWith('icmp') ? 2 : 0]
  const at = stamp && new Date(Number(stamp[1]) * 1000 + Math.floor(Number(`0.${stamp[2]}`) * 1000))
  return {
    ...(event && { event }),
    ...(at && { at }),
    ...(id !== undefined && /^\d{1,20}$/.test(id) && { id }),
    protocol,
    originator,
    ...(there.sport !== undefined && { originatorPort: there.sport }),
    responder,
    ...(responderPort !== undefined && { responderPort }),
    answered: answered && !(isReset && isShort(back.packets, duration)),
    ...(duration !== undefined && { duration }),
    ...(there.bytes !== undefined && { bytesOut: there.bytes }),
    ...(back.bytes !== undefined && { bytesIn: back.bytes }),
    ...(there.packets !== undefined && { packetsOut: there.packets }),
    ...(back.packets !== undefined && { packetsIn: back.packets }),
  }
}

/** A reset at the end of a talk is another thing than one that ends it before it began. */
function isShort(packets: number | undefined, duration: number | undefined): boolean {
  return packets === undefined ? (duration ?? 0) < 1 : packets <= 1
}

const events = new Map<string, NonNullable<ConntrackEntry['event']>>([
  ['[NEW]', 'new'],
  ['[UPDATE]', 'update'],
  ['[DESTROY]', 'destroy'],
])

/** `tcp 6`, `udp 17`, `unknown 2`: the name, or the number where there is none. */
function protocolOf(name: string | undefined, number: string | undefined): string | undefined {
  if (name === undefined || number === undefined || !/^\d{1,3}$/.test(number)) return undefined
  if (name === 'unknown') return number
  return /^[a-z][a-z0-9-]{1,15}$/.test(name) ? name : undefined
}

function note(tuple: Tuple | undefined, name: string, value: string): void {
  if (!tuple) return
  if (name === 'dst') tuple.dst ??= value
  else if (name === 'sport') tuple.sport ??= portOf(value)
  else if (name === 'dport') tuple.dport ??= portOf(value)
  else if (name === 'packets') tuple.packets ??= wholeOf(value)
  else if (name === 'bytes') tuple.bytes ??= wholeOf(value)
}

function portOf(text: string): number | undefined {
  const port = wholeOf(text)
  return port !== undefined && port <= 65_535 ? port : undefined
}

function wholeOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
