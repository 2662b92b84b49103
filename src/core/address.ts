import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

/**
 * An address in the one spelling that is kept: lower case, shortest form, no zone, IPv4 not dressed as IPv6, by a
 * machine (RFC 4291) or by a translator of the network (NAT64, RFC 6052). Undefined for anything else.
 */
export function normalAddress(text: string): string | undefined {
  const bare = text.replace(/%.*$/s, '')
  const family = isIP(bare)
  if (family === 0) return undefined
  if (family === 4) return bare
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? translated(address) ?? address
}

/** The IPv4 address that stands at the end of one of 64:ff9b::/96; no translator may put one in that is not of the internet. */
function translated(address: string): string | undefined {
  const [, first = '', last] = /^64:ff9b::(?:([\da-f]{1,4}):)?([\da-f]{1,4})$/.exec(address) ?? []
  if (last === undefined) return undefined
  const [high, low] = [Number.parseInt(first || '0', 16), Number.parseInt(last, 16)]
  const inner = [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return isPublic(inner) ? inner : undefined
}

const loopback = toBlockList(['127.0.0.0/8', '::1/128'])
const local = toBlockList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
])
const shared = toBlockList(['100.64.0.0/10'])
const group = toBlockList(['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'])
const nowhere = toBlockList([
  '0.0.0.0/8',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
  '::/96',
  '100::/64',
])

/** Whether it never leaves the machine: 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return isIn(loopback, address)
}

/** Whether it never leaves a home: RFC 1918, RFC 4193, link-local, loopback. */
export function isPrivate(address: string): boolean {
  return isIn(local, address) || isIn(loopback, address)
}

/**
 * Whether it is neither at home nor on the internet: shared address space (RFC 6598), in which a provider puts the
 * homes behind one address, and a VPN such as Tailscale its machines. What is sent there is no upload: a VPN sends it
 * over the internet in connections of its own. No name leads there, so `direct-ip` says nothing of it. Few machines can
 * be reached there, and one's own: whoever tries many of them, or guesses passwords from there, is judged as at home;
 * a login from there is one from outside, but half as odd as one from the internet.
 */
export function isShared(address: string): boolean {
  return isIn(shared, address)
}

/** Whether it means many at once: multicast and broadcast. */
export function isGroup(address: string): boolean {
  return isIn(group, address)
}

/** Whether it is one place somewhere on the internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0 || isPrivate(address) || isShared(address)) return false
  return !isGroup(address) && !isIn(nowhere, address)
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', size] = network.split('/')
    list.addSubnet(base, Number(size), isIPv4(base) ? 'ipv4' : 'ipv6')
  }
  return list
}
