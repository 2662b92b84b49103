import { isIP, isIPv4, SocketAddress } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Indicator } from '../core/indicator.ts'

/** An indicator without the list that it stands on. */
export type IndicatorValue = Pick<Indicator, 'type' | 'value'>

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * What a list's word stands for, in one spelling: a domain in lower case and ASCII, an address as a resolver prints it,
 * a network as CIDR; a URL or `host:port` stands for its host. Defanged forms (`hxxp://`, `[.]`) are understood.
 * Undefined for anything else: hashes, single words, networks wider than /8 (/16 of IPv6).
 */
export function toIndicatorValue(word: string): IndicatorValue | undefined {
  if (word.length > 4096) return undefined
  const text = word.trim().toLowerCase().replaceAll('[.]', '.').replace(/^hxxp/, 'http')
  const url = /^[a-z]+:\/\//.test(text)
  return url ? toHost(hostOf(text)) : (toNetwork(text) ?? toHost(text))
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? ''
}

/** `name`, `*.name`, `.name`, `name:port`, `address`, `address:port`, `[address]:port`. */
function toHost(text: string): IndicatorValue | undefined {
  if (isIP(text) !== 0) return toAddress(text)
  const bare = text
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^\*?\./, '')
  return toAddress(bare) ?? toDomain(bare.replace(/\.$/, ''))
}

function toAddress(text: string): IndicatorValue | undefined {
  const family = isIP(text)
  if (family === 0 || text.includes('%')) return undefined
  const value = family === 4 ? text : new SocketAddress({ address: text, family: 'ipv6' }).address
  return { type: 'address', value }
}

function toNetwork(text: string): IndicatorValue | undefined {
  const [base = '', size = '', more] = text.split('/')
  const address = toAddress(base)
  if (address === undefined || more !== undefined || !/^\d{1,3}$/.test(size)) return undefined
  const bits = Number(size)
  const [least, most] = isIPv4(base) ? [8, 32] : [16, 128]
  if (bits < least || bits > most) return undefined
  return bits === most ? address : { type: 'network', value: `${address.value}/${bits}` }
}

function toDomain(text: string): IndicatorValue | undefined {
  const value = /^[\x20-\x7e]*$/.test(text) ? text : domainToASCII(text)
  const labels = value.split('.')
  const top = labels.at(-1) ?? ''
  if (labels.length < 2 || value.length > 253 || !/^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/.test(top))
    return undefined
  return labels.every((part) => label.test(part)) ? { type: 'domain', value } : undefined
}
