import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

/** An address in the one spelling that is kept: lower case, shortest form, no zone, IPv4 not dressed as IPv6. Undefined for anything else. */
export function normalAddress(text: string): string | undefined {
  const bare = text.replace(/%.*$/s, '')
  const family = isIP(bare)
  if (family === 0) return undefined
  if (family === 4) return bare
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
}

const loopback = toBlockList(['127.0.0.0/8', '::1/128'])
const local = toBlockList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
])
const group = toBlockList(['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'])
const nowhere = toBlockList(['0.0.0.0/8', '::/128'])

/** Whether it never leaves the machine: 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return isIn(loopback, address)
}

/** Whether it never leaves a home: RFC 1918, RFC 4193, link-local, loopback. */
export function isPrivate(address: string): boolean {
  return isIn(local, address) || isIn(loopback, address)
}

/** Whether it means many at once: multicast and broadcast. */
export function isGroup(address: string): boolean {
  return isIn(group, address)
}

/** Whether it is one place somewhere on the internet. */
export function isPublic(address: string): boolean {
  return isIP(address) !== 0 && !isPrivate(address) && !isGroup(address) && !isIn(nowhere, address)
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
