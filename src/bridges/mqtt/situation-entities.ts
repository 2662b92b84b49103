import type { HouseState } from '../../core/bridge.ts'
import type { Link, Situation, Trouble } from '../../core/situation.ts'
import { toAttributes } from './attributes.ts'
import { counted, diagnostic, measured, toKey, unknown, type Entity } from './entity.ts'
import { plain, slug } from './plain.ts'

const mostLinks = 8

/** Entities of what a source tells; those of sources that this house does not have are not there. */
export function toSituationEntities(now: Situation): Entity[] {
  const rows: readonly (Entity | false)[] = [
    now.failedLoginsToday !== undefined && failedLogins,
    now.lastLogin !== undefined && lastLogin,
    now.connections !== undefined && connections,
    now.openPorts !== undefined && openPorts,
    now.lastScan !== undefined && lastScan,
    now.processes !== undefined &&
      toTroubles('process_problems', 'Process problems', 'mdi:application-cog', ({ processes }) => processes),
    now.containers !== undefined &&
      toTroubles('container_problems', 'Container problems', 'mdi:docker', ({ containers }) => containers),
  ]
  return [...rows.filter((row) => row !== false), ...now.links.slice(0, mostLinks).flatMap(toLink)]
}

const failedLogins: Entity = {
  key: 'failed_logins_today',
  platform: 'sensor',
  about: { name: 'Failed logins today', icon: 'mdi:account-alert', ...counted('attempts') },
  state: ({ situation }) => numberOr(situation.failedLoginsToday),
}

const lastLogin: Entity = {
  key: 'last_login',
  platform: 'sensor',
  about: { name: 'Last login', icon: 'mdi:login', device_class: 'timestamp', ...diagnostic },
  state: ({ situation }) => situation.lastLogin?.at.toISOString() ?? unknown,
  attributes: ({ situation: { lastLogin: login } }) =>
    JSON.stringify(
      login === undefined
        ? {}
        : {
            user: plain(login.user, 80),
            service: plain(login.service, 40),
            from: login.from === undefined ? null : plain(login.from, 60),
            host: login.host === undefined ? null : plain(login.host, 80),
          },
    ),
}

const connections: Entity = {
  key: 'connections',
  platform: 'sensor',
  about: {
    name: 'Connections',
    icon: 'mdi:transit-connection-variant',
    ...measured('connections'),
    ...diagnostic,
  },
  state: ({ situation }) => numberOr(situation.connections),
  pace: 60,
}

const openPorts: Entity = {
  key: 'open_ports',
  platform: 'sensor',
  about: { name: 'Open ports', icon: 'mdi:door-open', ...measured('ports'), ...diagnostic },
  state: ({ situation }) => numberOr(situation.openPorts),
}

const lastScan: Entity = {
  key: 'last_scan',
  platform: 'sensor',
  about: { name: 'Last scan', icon: 'mdi:radar', device_class: 'timestamp', ...diagnostic },
  state: ({ situation }) => situation.lastScan?.toISOString() ?? unknown,
}

/** How many are not well; what nobody may look at counts as nothing known, when that is all there is. */
function toTroubles(
  key: string,
  name: string,
  icon: string,
  of: (now: Situation) => readonly Trouble[] | undefined,
): Entity {
  const split = ({ situation }: HouseState) => {
    const all = of(situation) ?? []
    return {
      bad: all.filter(({ state }) => state !== 'unseen'),
      unseen: all.filter(({ state }) => state === 'unseen'),
    }
  }
  return {
    key,
    platform: 'sensor',
    about: { name, icon, ...measured('problems') },
    state(state) {
      const { bad, unseen } = split(state)
      return bad.length === 0 && unseen.length > 0 ? unknown : String(bad.length)
    },
    attributes(state) {
      const { bad, unseen } = split(state)
      return toAttributes((most) => ({
        problems: bad.slice(0, most).map((one) => `${plain(one.name, 80)}: ${plain(one.state, 20)}`),
        cannot_see: unseen.slice(0, most).map((one) => plain(one.name, 80)),
      }))
    },
  }
}

/** Round-trip time and loss of one target. */
function toLink({ target }: Link): Entity[] {
  const of = ({ situation }: HouseState) => situation.links.find((link) => link.target === target)
  const name = plain(target, 60)
  return [
    {
      key: toKey('rtt', target),
      platform: 'sensor',
      suggested: `rtt_${slug(target)}`,
      about: {
        name: `Round-trip time ${name}`,
        icon: 'mdi:timer-outline',
        device_class: 'duration',
        suggested_display_precision: 1,
        ...measured('ms'),
        ...diagnostic,
      },
      state: (state) => numberOr(of(state)?.rtt, 10),
      pace: 60,
    },
    {
      key: toKey('loss', target),
      platform: 'sensor',
      suggested: `loss_${slug(target)}`,
      about: {
        name: `Packet loss ${name}`,
        icon: 'mdi:lan-disconnect',
        suggested_display_precision: 0,
        ...measured('%'),
        ...diagnostic,
      },
      state: (state) => numberOr(of(state)?.loss, 10),
      pace: 60,
    },
  ]
}

/** Rounded to so many parts of one; Home Assistant's word for "not known" when there is none. */
function numberOr(value: number | undefined, parts = 1): string {
  return value === undefined ? unknown : String(Math.round(value * parts) / parts)
}
