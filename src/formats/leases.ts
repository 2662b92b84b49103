import { isIP } from 'node:net'

/** An address that a DHCP server gave to a piece of hardware. */
export interface Lease {
  readonly address: string
  /** Lower case, colons. */
  readonly mac: string
  /** As the device calls itself: text of strangers. */
  readonly hostname?: string
  /** Absent: never, or counted from a clock that the server does not have. */
  readonly expires?: Date
}

/** The first moment that a clock which was set can show (2001-09-09), seconds since 1970. */
const earliest = 1_000_000_000

/**
 * A line of the lease file of dnsmasq, Pi-hole and OpenWrt: `1795219771 02:42:c0:a8:32:64 192.168.50.104 front-door-cam 01:02:…`.
 * IPv6 leases name no hardware: they and the server's own DUID are `nothing`.
 */
export function toLease(line: string): Lease | 'nothing' | 'unknown' {
  const [until = '', hardware = '', address = '', hostname = '*'] = line.slice(0, 1000).trim().split(' ', 4)
  if (until === '' || until === 'duid' || (/^T?\d+$/.test(hardware) && isIP(address) === 6)) return 'nothing'
  const mac = hardware.toLowerCase()
  if (!/^\d{1,12}$/.test(until) || !/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(mac) || isIP(address) === 0)
    return 'unknown'
  return {
    address,
    mac,
    ...(hostname !== '*' && { hostname: hostname.slice(0, 255) }),
    ...(Number(until) >= earliest && { expires: new Date(Number(until) * 1000) }),
  }
}
