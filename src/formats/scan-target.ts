import { isIP, isIPv4 } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { isPrivate } from '../core/address.ts'

/** The largest network that is scanned when nobody names one, and the one it is cut to. */
const largestOwn = 22
const cutTo = 24
/** The largest that may be named: 4096 addresses of IPv4, 256 of IPv6. */
const largestNamed = { 4: 20, 6: 120 } as const

/** Networks that are a computer's own business: containers (Docker's bridges; a router's `br-lan` is none), virtual machines, tunnels. */
const inner =
  /^(?:docker|br-[\da-f]{12}$|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|cali|podman|hassio|tun|tap|wg|tailscale|zt|ppp|utun|dummy|ifb)/

/** The networks that this machine is in, and those that were too large and are looked at in part. */
export interface OwnNetworks {
  readonly networks: readonly string[]
  readonly cut: readonly string[]
}

/** Whether this names an address or a network that is small enough to be looked at. */
export function isTarget(text: string): boolean {
  const [address = '', size, more] = text.split('/')
  const family = isIP(address)
  if (more !== undefined || address.includes('%') || (family !== 4 && family !== 6)) return false
  if (size === undefined) return true
  return (
    /^\d{1,3}$/.test(size) &&
    Number(size) >= largestNamed[family] &&
    Number(size) <= (family === 4 ? 32 : 128)
  )
}

/** The private IPv4 networks of these interfaces; a larger one than /22 is cut to the /24 around the own address. */
export function ownNetworks(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): OwnNetworks {
  const networks = new Set<string>()
  const cut = new Set<string>()
  for (const [name, addresses = []] of Object.entries(interfaces))
    for (const { address, internal, cidr } of addresses) {
      if (internal || inner.test(name) || !isIPv4(address) || !isPrivate(address)) continue
      if (address.startsWith('169.254.')) continue
      const size = Number(cidr?.split('/')[1] ?? 32)
      if (size < largestOwn) cut.add(network(address, size))
      networks.add(network(address, size < largestOwn ? cutTo : size))
    }
  return { networks: [...networks], cut: [...cut] }
}

function network(address: string, size: number): string {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const first = number - (number % 2 ** (32 - size))
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256)
  return `${parts.join('.')}/${size}`
}
