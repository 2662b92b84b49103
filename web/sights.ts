import type { Sight } from './wire.ts'

/** How events are said to people. Pure. */

/** What kinds there are, in the words of the page. */
export const sightKinds: Readonly<Record<string, string>> = {
  'dns-query': 'Names asked for',
  'dns-answer': 'Answers to names',
  connection: 'Connections',
  'auth-attempt': 'Logins',
  reading: 'Measurements',
  service: 'Open ports',
  'host-scan': 'Scans',
  process: 'Processes',
  container: 'Containers',
  'log-line': 'Log lines',
  presence: 'Addresses',
  health: 'Health of Hearthwarden',
}

/** One event in one line; what strangers wrote stands in it as it is. */
export function sentenceOf(event: Sight): string {
  const say = sentences[event.kind]
  return say ? say(event) : event.kind
}

const sentences: Readonly<Record<string, (event: Sight) => string>> = {
  'dns-query': ({ qname, qtype }) => `asked for ${qname} (${qtype})`,
  'dns-answer': ({ qname, answer, rcode, source }) =>
    `${qname} is ${answer ?? rcode}${source === 'blocked' ? ', blocked' : ''}`,
  connection: (event) =>
    [
      `${place(event['originator'], event['originatorPort'])} → ${place(event['responder'], event['responderPort'])}`,
      `${event['protocol']}, ${event['state']}`,
      ...(typeof event['bytesOut'] === 'number' && typeof event['bytesIn'] === 'number'
        ? [`${bytes(event['bytesOut'])} out, ${bytes(event['bytesIn'])} in`]
        : []),
    ].join(', '),
  'auth-attempt': ({ outcome, user, service, from, host, times }) =>
    [
      `${outcome === 'success' ? 'logged in' : 'failed to log in'} as ${user || 'nobody'} (${service}`,
      host === undefined ? ')' : ` on ${host})`,
      from === undefined ? '' : ` from ${from}`,
      times === undefined ? '' : `, ${times} times`,
    ].join(''),
  reading: ({ quantity, sensor, value, unit }) =>
    `${quantity} ${sensor}: ${typeof value === 'number' ? Math.round(value * 10) / 10 : value} ${unit}`,
  service: ({ port, protocol, service, product, version }) =>
    `port ${port}/${protocol} is open${inBrackets([service, product, version])}`,
  'host-scan': ({ state, ports, open }) =>
    ports === undefined
      ? `is ${state === 'up' ? 'there' : 'not there'}`
      : `${typeof open === 'number' ? open : 'no'} open of the ports ${ports}`,
  process: ({ name, state, reason }) => `process ${name} is ${state}${inBrackets([reason])}`,
  container: ({ name, state, reason }) => `container ${name} is ${state}${inBrackets([reason])}`,
  'log-line': ({ program, message }) => `${program}: ${message}`,
  presence: ({ address, mac, hostname }) => `${address} is at ${mac}${inBrackets([hostname])}`,
  health: ({ loop, state, reason }) => `${loop} is ${state}${inBrackets([reason])}`,
}

function inBrackets(parts: readonly (string | number | boolean | undefined)[]): string {
  const said = parts.filter((part) => part !== undefined && part !== '')
  return said.length === 0 ? '' : ` (${said.join(' ')})`
}

/** `192.168.1.5:443`, `[fd00::1]:443`. */
function place(address: unknown, port: unknown): string {
  const host = String(address)
  if (typeof port !== 'number') return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** `1.2 MB`, by thousands. */
export function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = amount < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(amount) / 3))
  const value = amount / 1000 ** step
  return `${value >= 10 || step === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[step]}`
}
