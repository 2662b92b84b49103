import { isIP } from 'node:net'
import { normalAddress } from '../core/address.ts'
import type { DnsAnswer, DnsQuery, DnsSource, Presence } from '../core/observation.ts'
import { makeStamps } from './stamp.ts'

/** `nothing`: understood, and not about a device. `unknown`: not understood. */
export type DnsmasqLine = DnsQuery | DnsAnswer | Presence | 'nothing' | 'unknown'

const longest = 255
const mac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i

/**
 * A parser of the log of dnsmasq and of Pi-hole's copy of it, with `log-queries`, `log-queries=extra` and `log-dhcp`,
 * in its own file, in syslog's and in OpenWrt's form (the lines are made in `log_query` of dnsmasq's cache.c).
 * For the lines of one file in their order; `written` as in `makeStamps`. It takes time in proportion to the line's
 * length and throws at nothing. Names keep the characters that they had, in lower case, without the final dot, cut at 255.
 */
export function makeDnsmasqParser(written: Date): (line: string) => DnsmasqLine {
  const stamps = makeStamps(written)
  return (text) => {
    const line = text.charCodeAt(text.length - 1) === 13 ? text.slice(0, -1) : text
    const tag = stamps.read(line)
    if (tag < 0) return 'unknown'
    const start = isTag(line, tag) ? tag : line.indexOf(' ', tag) + 1
    if (start === 0 || !isTag(line, start)) return 'nothing'
    const message = line.indexOf(': ', start) + 2
    if (message === 1) return 'unknown'
    if (line.startsWith('-dhcp', start + 7)) return toPresence(line, message, stamps.at())
    if (line[start + 7] === '-') return 'nothing'
    return toDns(line, message, stamps.at())
  }
}

/** `dnsmasq[123]:`, `dnsmasq:`, `dnsmasq-dhcp[123]:`; another program's line has another word here. */
function isTag(line: string, start: number): boolean {
  if (!line.startsWith('dnsmasq', start)) return false
  const next = line[start + 7]
  return next === '[' || next === ':' || next === '-'
}

function toDns(line: string, start: number, at: Date): DnsmasqLine {
  const first = line.charCodeAt(start)
  return first >= 48 && first <= 57 ? toExtraDns(line, start, at) : toPlainDns(line, start, at, undefined)
}

/** `17 192.168.1.5/40123 query[A] …`: a serial number, then who asked. The server's own lines have the number alone. */
function toExtraDns(line: string, start: number, at: Date): DnsmasqLine {
  const client = line.indexOf(' ', start) + 1
  if (client === 0) return 'nothing'
  const end = line.indexOf(' ', client)
  const slash = end < 0 ? -1 : line.lastIndexOf('/', end)
  const address = slash > client && end - slash <= 6 ? toAddress(line.slice(client, slash)) : undefined
  return address === undefined
    ? toPlainDns(line, client, at, undefined)
    : toPlainDns(line, end + 1, at, address)
}

function toPlainDns(line: string, start: number, at: Date, client: string | undefined): DnsmasqLine {
  if (line.startsWith('query[', start)) return toQuery(line, start + 6, at)
  if (line.startsWith('forwarded ', start)) return 'nothing'
  if (line.startsWith('auth[', start)) return toQuery(line, start + 5, at)
  const is = line.indexOf(' is ', start)
  if (is < 0) return 'nothing'
  const answer = line.slice(is + 4)
  if (line.startsWith('reply ', start))
    return toAnswer(line.slice(start + 6, is), answer, 'upstream', at, client)
  if (line.startsWith('cached ', start))
    return toAnswer(line.slice(start + 7, is), answer, 'cache', at, client)
  const name = line.lastIndexOf(' ', is - 1) + 1
  const source = name > start ? toSource(line.slice(start, name - 1), answer) : undefined
  return source === undefined ? 'nothing' : toAnswer(line.slice(name, is), answer, source, at, client)
}

/** `query[A] example.com from 192.168.1.5`. A name may hold ` from ` too: the last one counts. */
function toQuery(line: string, start: number, at: Date): DnsmasqLine {
  const bracket = line.indexOf('] ', start)
  const from = line.lastIndexOf(' from ')
  if (bracket < 0 || bracket - start > 20 || from <= bracket + 2) return 'unknown'
  const address = toAddress(line.slice(from + 6))
  if (address === undefined) return 'unknown'
  const qname = toName(line.slice(bracket + 2, from))
  return { kind: 'dns-query', at, address, qname, qtype: line.slice(start, bracket) }
}

/**
 * What stands before the name says who answered: a word, a hosts file, or Pi-hole's reason in words.
 * A null address out of the server's own configuration is a block.
 */
function toSource(words: string, answer: string): DnsSource | undefined {
  const isNull = answer === '0.0.0.0' || answer === '::'
  switch (words) {
    case 'cached-stale':
      return 'cache'
    case 'config':
      return isNull ? 'blocked' : 'config'
    case 'auth':
    case 'Pi-hole hostname':
    case 'Rate-limiting':
    case 'rate-limited':
      return 'config'
    case 'DHCP':
      return 'hosts'
    case 'special domain':
    case 'blacklisted':
    case '/etc/pihole/gravity.list':
    case '/etc/pihole/black.list':
      return 'blocked'
  }
  if (words.startsWith('/')) return isNull ? 'blocked' : 'hosts'
  return /^[\w -]{1,40} (?:blocked|denied|blacklisted)$/.test(words) ? 'blocked' : undefined
}

/** `reply example.com is 192.0.2.1`. For a refusal the server writes `error` in place of the name: it says nothing then. */
function toAnswer(
  name: string,
  text: string,
  source: DnsSource,
  at: Date,
  client: string | undefined,
): DnsmasqLine {
  const rcode = toRcode(text)
  if (name === '' || rcode === undefined || (name === 'error' && rcode !== 'NXDOMAIN')) return 'nothing'
  const isCnameBlock = text === 'blocked during CNAME inspection'
  const isEmpty = rcode !== 'NOERROR' || isCnameBlock || text.startsWith('NODATA')
  const whole = text.length > longest ? text.slice(0, longest) : text
  // A resolver that translates (DNS64) hides the IPv4 address that is talked to.
  const answer = whole.startsWith('64:ff9b::') ? (normalAddress(whole) ?? whole) : whole
  return {
    kind: 'dns-answer',
    at,
    ...(client !== undefined && { address: client }),
    qname: toName(name),
    rcode,
    ...(!isEmpty && { answer }),
    source: isCnameBlock ? 'blocked' : source,
  }
}

/** Undefined for what is said between servers: keys and signatures. */
function toRcode(answer: string): string | undefined {
  const first = answer.charCodeAt(0)
  if (first >= 48 && first <= 58) return 'NOERROR'
  if (answer === 'NXDOMAIN') return 'NXDOMAIN'
  if (/^(?:no DS$|DS keytag |DNSKEY keytag |BOGUS )/.test(answer)) return undefined
  const [, refusal] = /^(SERVFAIL|REFUSED|not implemented)(?: \(EDE: |$)/.exec(answer) ?? []
  return refusal === 'not implemented' ? 'NOTIMP' : (refusal ?? 'NOERROR')
}

/** `DHCPACK(br-lan) 192.168.50.104 02:42:c0:a8:32:64 front-door-cam`, with `log-dhcp` a transaction's number before it. */
function toPresence(line: string, start: number, at: Date): DnsmasqLine {
  const ack = line.indexOf('DHCPACK(', start)
  if (ack < 0 || ack - start > 12) return 'nothing'
  const [, given = '', hardware = '', hostname = ''] = line.slice(ack, ack + 600).split(' ', 4)
  const address = toAddress(given)
  if (address === undefined || !mac.test(hardware)) return 'unknown'
  return {
    kind: 'presence',
    at,
    address,
    mac: hardware.toLowerCase(),
    ...(hostname !== '' && { hostname: hostname.slice(0, longest) }),
    via: 'lease',
  }
}

/** Without the interface that a link-local address may carry. */
function toAddress(text: string): string | undefined {
  const zone = text.indexOf('%')
  const address = zone < 0 ? text : text.slice(0, zone)
  return address.length < 46 && isIP(address) > 0 ? address : undefined
}

function toName(text: string): string {
  const name = (text.length > longest ? text.slice(0, longest) : text).toLowerCase()
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name
}
