import { createHash } from 'node:crypto'
import { thisMachine, toDeviceId, type DeviceId } from '../core/device.ts'
import type { Observation, Presence } from '../core/observation.ts'
import { isLoopback, isPrivate, normalAddress } from '../core/address.ts'
import { normalMac } from './addresses.ts'
import { flat } from './flat.ts'

/** A device as the registry keeps it. Times are milliseconds since 1970. */
export interface Known {
  readonly id: DeviceId
  label: string | undefined
  provisional: boolean
  firstSeen: number
  lastSeen: number
  /** When each was seen last. */
  readonly addresses: Map<string, number>
  readonly macs: Map<string, number>
  readonly hostnames: Map<string, number>
  /** By the collectors that see it. */
  readonly sources: Map<string, number>
}

/** Who is who: identity by MAC, else by address. Lives in memory; `devices.ts` writes down what it changes. */
export interface Registry {
  /** All but those that were merged into others. */
  readonly known: ReadonlyMap<DeviceId, Known>
  /** A merged id and the device that it is now. */
  readonly aliases: ReadonlyMap<DeviceId, DeviceId>
  /** The address whose doing this is: of two, the one that begins, when that is at home, else the other. Undefined: this machine. */
  whose(observation: Observation): string | undefined
  /** Whose doing this is, as this collector saw; a new device when nobody is known by this address. */
  of(observation: Observation, source: string): DeviceId
  /** The device that has this address now. */
  at(address: string): Known | undefined
  /** The addresses and MACs of this machine, all of them, and its name. */
  own(interfaces: readonly { address: string; mac: string }[], hostname: string, at: number): void
}

/** What the registry tells of its changes. */
export interface Changes {
  /** More than the time of its last sight. */
  changed(device: Known): void
  seen(device: Known): void
  merged(from: Known, into: Known): void
}

/** A bound for what strangers can fill: addresses and names of one device, and devices known by nothing but an address. */
const mostAddresses = 64
const mostHostnames = 8
const mostSources = 16
const mostProvisional = 4096
/** How much newer a collector's sight must be to be noted, milliseconds. */
const sightStep = 60_000
/** One for all addresses beyond that. */
const crowd = toDeviceId('d-crowd')

/** A registry of what was known before. */
export function makeRegistry(
  devices: Iterable<Known>,
  aliases: Map<DeviceId, DeviceId>,
  changes: Changes,
): Registry {
  const known = new Map<DeviceId, Known>()
  const holders = new Map<string, Known>()
  const owners = new Map<string, Known>()
  /** As the sources spell it. */
  const spellings = new Map<string, Known>()
  let provisional = 0
  for (const device of devices) {
    known.set(device.id, device)
    if (device.provisional) provisional += 1
    for (const address of device.addresses.keys()) holders.set(address, device)
    for (const mac of device.macs.keys()) owners.set(mac, device)
  }

  const add = (id: DeviceId, at: number, isProvisional: boolean): Known => {
    const device: Known = {
      id,
      label: undefined,
      provisional: isProvisional,
      firstSeen: at,
      lastSeen: at,
      addresses: new Map(),
      macs: new Map(),
      hostnames: new Map(),
      sources: new Map(),
    }
    known.set(id, device)
    if (isProvisional) provisional += 1
    changes.changed(device)
    return device
  }

  const machine = (at: number) => known.get(thisMachine) ?? add(thisMachine, at, false)

  /** `d-` and 8 hexadecimal digits of a hash; hashed again while that id is taken. */
  const newId = (what: string): DeviceId => {
    const hash = createHash('sha256').update(what).digest('hex')
    const id = toDeviceId(`d-${hash.slice(0, 8)}`)
    return known.has(id) || aliases.has(id) ? newId(hash) : id
  }

  /** The address is this device's now, and nobody else's. */
  const bind = (device: Known, address: string, at: number) => {
    const holder = holders.get(address)
    if (holder !== device) {
      if (holder?.addresses.delete(address)) changes.changed(holder)
      holders.set(address, device)
      spellings.clear()
      changes.changed(device)
    }
    note(device.addresses, address, at, mostAddresses, (gone) => holders.delete(gone))
  }

  const own = (device: Known, mac: string, at: number) => {
    if (owners.get(mac) !== device) changes.changed(device)
    owners.set(mac, device)
    device.macs.set(mac, Math.max(at, device.macs.get(mac) ?? at))
    if (!device.provisional) return
    device.provisional = false
    provisional -= 1
    changes.changed(device)
  }

  const merge = (from: Known, into: Known) => {
    known.delete(from.id)
    if (from.provisional) provisional -= 1
    for (const [id, device] of aliases) if (device === from.id) aliases.set(id, into.id)
    aliases.set(from.id, into.id)
    for (const [address, at] of from.addresses) {
      holders.set(address, into)
      note(into.addresses, address, at, mostAddresses, (gone) => holders.delete(gone))
    }
    for (const [mac, at] of from.macs) own(into, mac, at)
    for (const [hostname, at] of from.hostnames) note(into.hostnames, hostname, at, mostHostnames)
    for (const [source, at] of from.sources) note(into.sources, source, at, mostSources)
    into.label ??= from.label
    into.firstSeen = Math.min(into.firstSeen, from.firstSeen)
    into.lastSeen = Math.max(into.lastSeen, from.lastSeen)
    spellings.clear()
    changes.merged(from, into)
    changes.changed(into)
  }

  const see = (device: Known, source: string, at: number): DeviceId => {
    const before = device.sources.get(source)
    if (before === undefined || at - before >= sightStep) {
      note(device.sources, source, at, mostSources)
      if (before === undefined) changes.changed(device)
      else changes.seen(device)
    }
    if (at > device.lastSeen) {
      device.lastSeen = at
      changes.seen(device)
    } else if (at < device.firstSeen) {
      device.firstSeen = at
      changes.changed(device)
    }
    return device.id
  }

  const byAddress = (address: string, at: number): Known => {
    const holder = holders.get(address)
    if (holder) return holder
    if (isLoopback(address)) return machine(at)
    if (provisional >= mostProvisional) return known.get(crowd) ?? add(crowd, at, true)
    const device = add(newId(`${address} ${at}`), at, true)
    bind(device, address, at)
    return device
  }

  /** A piece of hardware has an address. */
  const meet = (mac: string, address: string, at: number): Known => {
    const holder = holders.get(address)
    const owner = owners.get(mac)
    // An older sighting says nothing about who has the address now.
    const isNews = holder === undefined || at >= (holder.addresses.get(address) ?? at)
    if (holder?.provisional && at >= holder.firstSeen) {
      if (owner) merge(holder, owner)
      else own(holder, mac, at)
    }
    const device = owners.get(mac) ?? add(newId(mac), at, false)
    own(device, mac, at)
    if (isNews && !isLoopback(address)) bind(device, address, at)
    return device
  }

  const present = ({ address, mac, hostname }: Presence, at: number): Known => {
    const place = normalAddress(address)
    const hardware = normalMac(mac)
    if (place === undefined) return machine(at)
    const device = hardware === undefined ? byAddress(flat(place), at) : meet(hardware, flat(place), at)
    const name = hostname === undefined ? undefined : flat(hostname.trim().slice(0, 255))
    if (name === undefined || name === '' || name === '*') return device
    if (!device.hostnames.has(name)) changes.changed(device)
    note(device.hostnames, name, at, mostHostnames)
    return device
  }

  /** At home is what never leaves a home, what this machine has, and of global IPv6 what a device is known by. */
  const isHome = (address: string): boolean => {
    const place = normalAddress(address)
    if (place === undefined) return false
    const holder = holders.get(place)
    // A router meets its provider's machines as neighbours: they are not at home for that.
    return isPrivate(place) || holder?.id === thisMachine || (holder !== undefined && place.includes(':'))
  }

  const whose = (observation: Observation): string | undefined => {
    if (observation.kind === 'connection') {
      const { originator, responder } = observation
      if (isHome(originator)) return originator
      return isHome(responder) ? responder : undefined
    }
    if (observation.kind === 'auth-attempt' && observation.from !== undefined && isHome(observation.from))
      return observation.from
    return observation.address
  }

  return {
    known,
    aliases,
    whose,
    at: (address) => {
      const place = normalAddress(address)
      if (place === undefined) return undefined
      return holders.get(place) ?? (isLoopback(place) ? known.get(thisMachine) : undefined)
    },
    of(observation, source) {
      const at = observation.at.getTime()
      if (observation.kind === 'presence') return see(present(observation, at), source, at)
      const address = whose(observation)
      if (address === undefined) return see(machine(at), source, at)
      const spelt = spellings.get(address)
      if (spelt) return see(spelt, source, at)
      const place = normalAddress(address)
      const device = place === undefined ? machine(at) : byAddress(flat(place), at)
      if (spellings.size < 2 * mostProvisional) spellings.set(flat(address), device)
      return see(device, source, at)
    },
    own(interfaces, hostname, at) {
      const self = machine(at)
      if (!self.hostnames.has(hostname)) changes.changed(self)
      note(self.hostnames, hostname, at, mostHostnames)
      const ours = new Map<string, string | undefined>()
      for (const { address, mac } of interfaces) {
        const place = normalAddress(address)
        if (place !== undefined && !isLoopback(place)) ours.set(place, normalMac(mac))
      }
      for (const address of self.addresses.keys()) {
        if (ours.has(address)) continue
        self.addresses.delete(address)
        holders.delete(address)
        spellings.clear()
        changes.changed(self)
      }
      for (const [address, mac] of ours) {
        const others = [holders.get(address), mac === undefined ? undefined : owners.get(mac)]
        for (const other of others)
          if (other && other !== self && (other.provisional || other === others[1])) merge(other, self)
        if (mac !== undefined) own(self, mac, at)
        bind(self, address, at)
      }
    },
  }
}

/** Notes a sight; beyond so many, the longest unseen is forgotten. */
function note(
  sights: Map<string, number>,
  what: string,
  at: number,
  most: number,
  forget?: (gone: string) => void,
): void {
  sights.set(what, Math.max(at, sights.get(what) ?? at))
  if (sights.size <= most) return
  const [oldest] = [...sights].reduce((least, sight) => (sight[1] < least[1] ? sight : least))
  sights.delete(oldest)
  forget?.(oldest)
}
