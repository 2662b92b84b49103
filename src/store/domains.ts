import { getDomain } from 'tldts'
import type { DeviceId } from '../core/device.ts'
import { flat } from './flat.ts'

/** A registrable domain, and who is known to have asked for it. */
export interface Domain {
  readonly name: string
  readonly devices: Set<DeviceId>
}

/** What is remembered of names: bounded, and no harm when it forgets. */
export interface DomainBook {
  /** The registrable domain of a name, private suffixes counted as suffixes; the name itself where there is none. */
  of(qname: string): Domain
  /** The same, of what already is a domain. */
  named(domain: string): Domain
}

/** Remembers some `capacity` names and as many domains: the newest at least, twice as many at most. */
export function makeDomainBook(capacity: number): DomainBook {
  const names = makeMemory<Domain>(capacity)
  const domains = makeMemory<Domain>(capacity)
  const add = (name: string) => domains.set(name, { name, devices: new Set() })
  const named = (domain: string) => domains.get(domain) ?? add(flat(domain))
  return {
    named,
    of: (qname) => names.get(qname) ?? names.set(flat(qname), named(toDomain(qname))),
  }
}

/** The registrable domain of a name, or the name itself. */
export function toDomain(qname: string): string {
  return getDomain(qname, { allowPrivateDomains: true, validateHostname: false }) ?? qname
}

/** Labels that an entry of a threat list may have at most, to count for the names below it. */
const mostLabels = 8

/** `c.d` and `b.c.d` of `a.b.c.d`: the domains above a name that may stand on a list. */
export function parentsOf(name: string): string[] {
  const labels = name.split('.')
  const longest = Math.min(mostLabels, labels.length - 1)
  return Array.from({ length: Math.max(0, longest - 1) }, (_, index) => labels.slice(-2 - index).join('.'))
}

/** A map that forgets what was not asked for while `capacity` others were. */
export interface Memory<T> {
  get(key: string): T | undefined
  set(key: string, value: T): T
}

/** Remembers the newest `capacity` at least, twice as many at most. */
export function makeMemory<T>(capacity: number): Memory<T> {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const set = (key: string, value: T) => {
    if (young.size >= capacity) {
      old = young
      young = new Map()
    }
    young.set(key, value)
    return value
  }
  return {
    set,
    get(key) {
      const found = young.get(key)
      if (found !== undefined) return found
      const older = old.get(key)
      return older === undefined ? undefined : set(key, older)
    },
  }
}
