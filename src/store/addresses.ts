import { isIPv4 } from 'node:net'
import { normalAddress } from '../core/address.ts'

/** A MAC in lower case with colons. Undefined for text that is none, for groups (multicast, broadcast) and for zeros. */
export function normalMac(text: string): string | undefined {
  const digits = text.toLowerCase().replaceAll(/[-:.]/g, '')
  if (!/^[0-9a-f]{12}$/.test(digits) || /^0+$/.test(digits)) return undefined
  if (Number.parseInt(digits.slice(0, 2), 16) % 2 === 1) return undefined
  return digits.match(/../g)?.join(':')
}

/** The maker did not give it: a phone that hides its identity, or a virtual machine. */
export function isLocallyAdministered(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) !== 0
}

/** A network as the first and last of its addresses; IPv4 lies where `::ffff:0:0/96` does. Undefined when it is none. */
export function toRange(cidr: string): { low: bigint; high: bigint } | undefined {
  const [base = '', size = '', more] = cidr.split('/')
  const address = normalAddress(base)
  if (address === undefined || more !== undefined || !/^\d{1,3}$/.test(size)) return undefined
  const bits = isIPv4(address) ? 32 : 128
  if (Number(size) > bits) return undefined
  const rest = BigInt(bits - Number(size))
  const low = (toNumber(address) >> rest) << rest
  return { low, high: low + (1n << rest) - 1n }
}

/** The place of a normal address among all addresses, 0 to 2^128 − 1. */
export function toNumber(address: string): bigint {
  if (isIPv4(address)) return 0xffff_0000_0000n + BigInt(fromDotted(address))
  const dotted = address.replace(/(?:\d{1,3}\.){3}\d{1,3}$/, (tail) => {
    const number = fromDotted(tail)
    return `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`
  })
  const [left = '', right] = dotted.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail]
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(Number.parseInt(group, 16)), 0n)
}

function fromDotted(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
