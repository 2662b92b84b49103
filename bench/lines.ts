/** What to generate. The same values give the same lines. */
export interface Traffic {
  /** Lines, whatever their kind. */
  readonly count: number
  readonly seed?: number
  /** The local time of the first line. */
  readonly start?: Date
  /** Devices that ask. */
  readonly devices?: number
  /** Different names asked for. */
  readonly names?: number
  /** Names asked for per second, by all devices together. */
  readonly rate?: number
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const owners = [
  'google',
  'apple',
  'akamai',
  'cdn-edge',
  'netflix',
  'home-weather',
  'metrics',
  'social',
  'shop',
  'bank',
]
const ends = ['com', 'net', 'org', 'io', 'co.uk', 'de']
const hosts = ['www', 'api', 'cdn', 'img', 'static', 'events', 'edge-17', 'a1b2c3d4', 'time', 'push']

/**
 * A home's dnsmasq log, line by line: names by Zipf's law, each asked for as A and often as AAAA or HTTPS, answered
 * from the cache, forwarded and replied to (a fifth through a CNAME, a few NXDOMAIN or NODATA), or blocked.
 * Of the lines about four in ten are questions, one in six is `forwarded`.
 */
export function* dnsmasqLines({
  count,
  seed = 1,
  start = new Date(2026, 10, 20),
  devices = 30,
  names = 20_000,
  rate = 20,
}: Traffic): Generator<string> {
  const random = makeRandom(seed)
  const skew = Math.log(names)
  let left = count
  for (let asked = 0; left > 0; asked++) {
    const stamp = toStamp(new Date(start.getTime() + Math.floor(asked / rate) * 1000))
    const number = Math.floor(Math.exp(random() * skew)) - 1
    for (const text of exchange(number, Math.floor(random() * devices), random)) {
      if (left-- <= 0) return
      yield `${stamp} dnsmasq[418]: ${text}`
    }
  }
}

/** One name asked for by one device, and what the server logs about it. */
function* exchange(number: number, device: number, random: () => number): Generator<string> {
  const name = toName(number)
  const from = device % 10 === 9 ? `fd00::${(device + 16).toString(16)}` : `192.168.1.${device + 10}`
  const types = ['A', ...(random() < 0.6 ? ['AAAA'] : []), ...(random() < 0.3 ? ['HTTPS'] : [])]
  for (const type of types) {
    yield `query[${type}] ${name} from ${from}`
    if (number % 9 === 0) {
      yield `gravity blocked ${name} is ${type === 'A' ? '0.0.0.0' : type === 'AAAA' ? '::' : 'NODATA'}`
    } else if (random() < 0.45) {
      yield `cached ${name} is ${toAnswer(number, type)}`
    } else {
      yield `forwarded ${name} to 9.9.9.9`
      const alias = number % 5 === 0 ? `${name.replaceAll('.', '-')}.edge.cdn-edge.net` : undefined
      if (alias !== undefined) yield `reply ${name} is <CNAME>`
      yield `reply ${alias ?? name} is ${random() < 0.03 ? 'NXDOMAIN' : toAnswer(number, type)}`
    }
  }
}

function toName(number: number): string {
  const host = hosts[number % hosts.length]
  const owner = owners[Math.floor(number / 7) % owners.length]
  const end = ends[number % ends.length]
  return number % 3 === 0 ? `${owner}${number}.${end}` : `${host}.${owner}${Math.floor(number / 4)}.${end}`
}

function toAnswer(number: number, type: string): string {
  if (type === 'A') return `203.0.${(number >> 8) & 255}.${number & 255}`
  return type === 'AAAA' ? `2001:db8::${(number & 65_535).toString(16)}` : 'NODATA'
}

function toStamp(at: Date): string {
  const [day, hour, minute, second] = [at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()].map(
    String,
  )
  const clock = [hour, minute, second].map((part = '') => part.padStart(2, '0')).join(':')
  return `${months[at.getMonth()]} ${(day ?? '').padStart(2)} ${clock}`
}

/** Numbers in [0, 1) that are the same each time (mulberry32, public domain). */
function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
