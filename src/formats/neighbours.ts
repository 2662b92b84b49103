import { isIP } from 'node:net'

/** An address and the hardware that answered for it. */
export interface Neighbour {
  readonly address: string
  /** Lower case, colons. */
  readonly mac: string
  /** It answered within the last minute or so: an older entry may be of a device that has left. */
  readonly isFresh: boolean
}

/** `ip neigh show`, of iproute2 and BusyBox: `192.168.50.22 dev br-lan lladdr 1a:a7:66:21:92:15 REACHABLE`. */
export function parseIpNeigh(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(' ')
    const mac = words[words.indexOf('lladdr') + 1] ?? ''
    const state = words.at(-1) ?? ''
    if (!words.includes('lladdr') || !complete.has(state)) return []
    return toNeighbour(words[0] ?? '', mac, fresh.has(state))
  })
}

const fresh: ReadonlySet<string> = new Set(['REACHABLE', 'DELAY', 'PROBE'])
const complete: ReadonlySet<string> = new Set([...fresh, 'STALE', 'PERMANENT'])

/** `/proc/net/arp`, which knows IPv4 alone and does not say how old an entry is. */
export function parseArpTable(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', , flags = '', mac = ''] = line.trim().split(/\s+/, 4)
    const isComplete = flags.startsWith('0x') && (Number(flags) & 2) !== 0
    return isComplete ? toNeighbour(address, mac, false) : []
  })
}

/** None for what is no single piece of hardware: nothing, everybody, or a group. */
function toNeighbour(address: string, hardware: string, isFresh: boolean): Neighbour[] {
  const mac = hardware.toLowerCase()
  const isMac = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/.test(mac) && mac !== '00:00:00:00:00:00'
  return isMac && isIP(address) > 0 ? [{ address, mac, isFresh }] : []
}
