import { SaxesParser } from 'saxes'
import { normalAddress } from '../core/address.ts'
import { messageOf } from '../core/errors.ts'

/** A port that nmap found open. */
export interface OpenPort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** What nmap takes it for; what it says of itself is text of strangers. */
  readonly service?: string
  readonly product?: string
  readonly version?: string
}

/** A machine as nmap found it. */
export interface ScannedHost {
  readonly address: string
  readonly state: 'up' | 'down'
  /** Why nmap thinks so: `arp-response`, `syn-ack`, `localhost-response`. */
  readonly reason?: string
  /** Lower case, colons. */
  readonly mac?: string
  readonly vendor?: string
  /** What the network's names say: text of strangers. */
  readonly hostnames: readonly string[]
  /** Open ones only. */
  readonly ports: readonly OpenPort[]
}

/** What is known of a scan so far. */
export interface NmapReading {
  /** The ports that are asked, as nmap writes them, by protocol; empty where only machines are looked for. */
  readonly asked: Readonly<Record<string, string>>
  /** Percent of the task that is under way. */
  readonly progress?: number
  /** It ran to its end, and well. */
  readonly finished: boolean
  /** Why it did not, or why its output could not be read to the end. */
  readonly error?: string
}

/** Reads `nmap -oX -` as it comes. */
export interface NmapReader {
  /** Takes more of the text, and gives the machines that are whole by now. */
  take(text: string): readonly ScannedHost[]
  /** How far it is. */
  reading(): NmapReading
  /** There is no more text: what was cut off is an error. */
  end(): NmapReading
}

/** Bounds for what strangers and a broken program can fill. */
const mostCharacters = 64_000_000
const longestTag = 20_000
const deepest = 32
const mostPorts = 131_072
const mostHostnames = 8
const longestText = 255

/** A reader of one scan. It expands no entities but XML's own five, reads no DTD, and throws at nothing. */
export function makeNmapReader(): NmapReader {
  const parser = new SaxesParser()
  let hosts: ScannedHost[] = []
  let host: Draft | undefined
  let port: { -readonly [Key in keyof OpenPort]: OpenPort[Key] } | undefined
  let [taken, depth, sinceTag] = [0, 0, 0]
  let progress: number | undefined
  let [finished, closed] = [false, false]
  let error: string | undefined
  const asked: Record<string, string> = {}

  const fail = (why: string) => void (error ??= why.replaceAll(/\s+/g, ' ').slice(0, longestText))
  const openers: Readonly<Record<string, (of: Attributes) => void>> = {
    scaninfo({ protocol, services }) {
      if (protocol === 'tcp' || protocol === 'udp') asked[protocol] = (services ?? '').slice(0, longestTag)
    },
    host: () => void (host = { hostnames: [], ports: [] }),
    status({ state, reason }) {
      if (!host) return
      host.state = state === 'up' ? 'up' : 'down'
      host.reason = short(reason)
    },
    address({ addr = '', addrtype, vendor }) {
      if (!host) return
      if (addrtype !== 'mac') host.address ??= normalAddress(addr)
      else if (/^(?:[\dA-F]{2}:){5}[\dA-F]{2}$/i.test(addr)) {
        host.mac = addr.toLowerCase()
        host.vendor = short(vendor)
      }
    },
    hostname({ name, type }) {
      const text = type === 'user' ? undefined : short(name)
      if (host && text !== undefined && host.hostnames.length < mostHostnames) host.hostnames.push(text)
    },
    port({ protocol, portid = '' }) {
      const number = /^\d{1,5}$/.test(portid) ? Number(portid) : 0
      const isKnown = (protocol === 'tcp' || protocol === 'udp') && number > 0 && number < 65_536
      port = isKnown ? { protocol, port: number } : undefined
    },
    state({ state }) {
      if (state !== 'open') port = undefined
    },
    service({ name, product, version }) {
      if (!port) return
      const said = { service: short(name), product: short(product), version: short(version) }
      if (said.service !== undefined) port.service = said.service
      if (said.product !== undefined) port.product = said.product
      if (said.version !== undefined) port.version = said.version
    },
    taskprogress({ percent }) {
      const number = Number(percent)
      if (number >= 0 && number <= 100) progress = number
    },
    finished({ exit, errormsg }) {
      finished = exit === 'success'
      if (!finished) fail(errormsg ?? 'nmap gave up')
    },
  }

  parser.on('error', ({ message }) => fail(message))
  parser.on('opentag', ({ name, attributes }) => {
    sinceTag = 0
    depth += 1
    if (depth > deepest) fail('its elements are nested too deeply')
    if (error === undefined && Object.hasOwn(openers, name)) openers[name]?.(attributes)
  })
  parser.on('closetag', ({ name }) => {
    depth -= 1
    if (error !== undefined) return
    if (name === 'port' && port && host && host.ports.length < mostPorts) host.ports.push(port)
    if (name === 'port') port = undefined
    if (name !== 'host') return
    const whole = host && toHost(host)
    if (whole) hosts.push(whole)
    host = undefined
  })

  const reading = (): NmapReading => ({
    asked,
    ...(progress !== undefined && { progress }),
    finished: finished && error === undefined,
    ...(error !== undefined && { error }),
  })

  /** Gives the parser more text; null at its end. */
  function parse(piece: string | null): void {
    try {
      parser.write(piece)
    } catch (error) {
      fail(messageOf(error)) // it throws at half a character after `<!`
    }
  }

  return {
    reading,
    take(text) {
      for (let at = 0; at < text.length && error === undefined; at += longestTag) {
        const piece = text.slice(at, at + longestTag)
        taken += piece.length
        sinceTag += piece.length
        parse(piece)
        if (taken > mostCharacters) fail('it is too long')
        // Nothing that nmap is asked for prints so much between two elements.
        if (sinceTag > 10 * longestTag) fail('one of its elements is too long')
      }
      const whole = hosts
      hosts = []
      return whole
    },
    end() {
      if (!closed && error === undefined) parse(null)
      closed = true
      if (!finished) fail('it ends before its end')
      return reading()
    },
  }
}

type Attributes = Readonly<Record<string, string>>

interface Draft {
  address?: string | undefined
  state?: 'up' | 'down'
  reason?: string | undefined
  mac?: string
  vendor?: string | undefined
  readonly hostnames: string[]
  readonly ports: OpenPort[]
}

/** Undefined for one without an address. */
function toHost({
  address,
  state = 'down',
  reason,
  mac,
  vendor,
  hostnames,
  ports,
}: Draft): ScannedHost | undefined {
  if (address === undefined) return undefined
  return {
    address,
    state,
    ...(reason !== undefined && { reason }),
    ...(mac !== undefined && { mac }),
    ...(vendor !== undefined && { vendor }),
    hostnames,
    ports,
  }
}

/** As much of it as is kept; undefined when there is nothing. */
function short(text: string | undefined): string | undefined {
  const kept = text?.trim().slice(0, longestText)
  return kept === '' ? undefined : kept
}
