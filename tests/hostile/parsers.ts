import { readFileSync } from 'node:fs'
import { sshd, sudo, su, login, dropbear, luci, pam, session } from '../../src/formats/auth-phrases.ts'
import { makeAuthReader } from '../../src/formats/auth.ts'
import { parseConntrack } from '../../src/formats/conntrack.ts'
import { makeDnsmasqParser } from '../../src/formats/dnsmasq.ts'
import { dockerContainer, dockerList, toContainer } from '../../src/formats/docker.ts'
import { failedLoginOf } from '../../src/formats/home-assistant-login.ts'
import { toIndicatorValue } from '../../src/formats/indicator-value.ts'
import { toJournalLine } from '../../src/formats/journal.ts'
import { toLease } from '../../src/formats/leases.ts'
import { isWanted, toLogLine } from '../../src/formats/log-line.ts'
import { parseArpTable, parseIpNeigh } from '../../src/formats/neighbours.ts'
import { makeNmapReader } from '../../src/formats/nmap-xml.ts'
import { isNoWay, parsePing } from '../../src/formats/ping.ts'
import { isCalled, parsePs, toProcess } from '../../src/formats/processes.ts'
import { parseNetlinkDrops } from '../../src/formats/netlink.ts'
import { parseRoutes, parseRoutes6 } from '../../src/formats/routes.ts'
import { isTarget, ownNetworks } from '../../src/formats/scan-target.ts'
import { parseNvidiaCsv, parseSensorsJson, toTemperatures } from '../../src/formats/sensors.ts'
import { makeStamps } from '../../src/formats/stamp.ts'
import { makeSyslogParser } from '../../src/formats/syslog.ts'
import { templateOf } from '../../src/formats/template.ts'
import { indicatorsOf } from '../../src/formats/threat-list.ts'

/** A parser, and real text that it understands. */
export interface Parser {
  readonly seeds: readonly [string, ...string[]]
  /** Reads a text; what it gives is a sign that it was understood, undefined that it was not. */
  make(): (text: string) => unknown
}

const at = new Date('2026-11-20T12:00:00Z')
const fixture = (name: string) => readFileSync(new URL(`../formats/${name}`, import.meta.url), 'utf8')
const linesOf = (...names: readonly string[]) =>
  some(names.flatMap((name) => fixture(name).split('\n')).filter((line) => line !== ''))
const texts = (...names: readonly string[]) => some(names.map(fixture))

function some([first, ...rest]: readonly string[]): readonly [string, ...string[]] {
  if (first === undefined) throw new Error('there is no such text')
  return [first, ...rest]
}

const logs = linesOf(
  'syslog/auth-iso.log',
  'syslog/auth-rfc5424.log',
  'syslog/auth-rfc3164-file.log',
  'syslog/jc-5424.txt',
  'syslog/jc-3164.txt',
  'auth/crowdsec-sshd-logs.log',
)
const messages = some(logs.map((line) => makeSyslogParser(at)(line)?.message ?? line))
const queries = linesOf('dnsmasq/pihole-v5.log', 'dnsmasq/extra.log', 'dnsmasq/lab-router.log')
const journal = JSON.stringify({
  __CURSOR: 's=1;i=2;b=3;m=4;t=5;x=6',
  __REALTIME_TIMESTAMP: '1585114672027448',
  MESSAGE: 'Failed password for root from 192.0.2.7 port 22 ssh2',
  PRIORITY: '6',
  SYSLOG_FACILITY: '10',
  SYSLOG_IDENTIFIER: 'sshd',
  _PID: '17',
  _HOSTNAME: 'router',
})
const container = JSON.stringify({
  Name: '/web',
  RestartCount: 3,
  Config: { Image: 'nginx:1' },
  HostConfig: { RestartPolicy: { Name: 'always' } },
  State: { Status: 'restarting', ExitCode: 137, OOMKilled: true, Health: { Status: 'unhealthy' } },
})
const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0`
const netlink = `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
0000000052b813f5 12  2528845245 00000005 0        0        0     2        5637     2076815`
const none = '0'.repeat(32)
const routes6 = `${none} 00 ${none} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0`

/** All that is in `src/formats`, by its file. */
export const parsers: Readonly<Record<string, Parser>> = {
  auth: {
    seeds: messages,
    make() {
      const reader = makeAuthReader()
      const programs = ['sshd', 'sudo', 'su', 'login', 'dropbear', 'uhttpd', 'gdm-password']
      return (text) => {
        const [program = 'sshd', pid] = [programs[text.length % programs.length], text.length % 200]
        return (
          reader.read({ at, host: text.slice(0, 9), program, pid, message: text }) ?? reader.pending()['']
        )
      }
    },
  },
  'auth-phrases': {
    seeds: messages,
    make: () => (text) =>
      [sshd, sudo, su, login, dropbear, luci, pam, session].map((says) => says(text)).find((said) => said),
  },
  conntrack: {
    seeds: linesOf(
      ...['events', 'table', 'proc', 'router', 'table-ipv6'].map((name) => `conntrack/${name}.txt`),
    ),
    make: () => parseConntrack,
  },
  dnsmasq: {
    seeds: queries,
    make() {
      const parse = makeDnsmasqParser(at)
      return (text) => except(parse(text), 'unknown')
    },
  },
  docker: {
    seeds: [container, '[{"Id":"0123456789abcdef"}]'],
    make: () => (text) => {
      const value = jsonOf(text)
      const { data } = dockerContainer.safeParse(value)
      return data ? toContainer(data, at) : dockerList.safeParse(value).data
    },
  },
  'home-assistant-login': {
    seeds: [
      'Login attempt or request with invalid authentication from cam.lan (192.168.1.5). See the log for details.',
      "Login attempt or request with invalid authentication from a (b). (2001:db8::5). Requested URL: '/auth'.",
    ],
    make: () => failedLoginOf,
  },
  'indicator-value': {
    seeds: [
      '*.wild.example.com',
      'hxxp://bad[.]example/x',
      '198.51.100.0/24',
      '[2001:db8::1]:443',
      'bücher.example',
    ],
    make: () => toIndicatorValue,
  },
  journal: {
    seeds: [journal, journal.replace(/"Failed[^"]*"/, '[70,97,105,255]')],
    make: () => toJournalLine,
  },
  leases: {
    seeds: [
      '1795219771 02:42:c0:a8:32:64 192.168.50.104 front-door-cam 01:02:42:c0:a8:32:64',
      '1795219771 T14168292 2001:db8:50::104 laptop 00:01:00:01:2a:3b',
    ],
    make: () => (text) => except(toLease(text), 'unknown'),
  },
  'log-line': {
    seeds: logs,
    make() {
      const parse = makeSyslogParser(at)
      return (text) => {
        const line = parse(text)
        return line && isWanted(line, { severity: 'debug', without: [text] }) ? toLogLine(line) : line
      }
    },
  },
  neighbours: {
    seeds: texts('neighbours/ip-neigh.txt', 'neighbours/proc-net-arp.txt'),
    make: () => (text) => [...parseIpNeigh(text), ...parseArpTable(text)][0],
  },
  'nmap-xml': {
    seeds: texts(
      ...['1_hosts', '1_host_ping', '1_hosts_down', 'defused_et_included', 'defused_et_local_includer'].map(
        (name) => `nmap-xml/libnmap-${name}.xml`,
      ),
      'nmap-xml/jc-xml-nmap.xml',
    ),
    make: () => (text) => {
      const reader = makeNmapReader()
      const half = Math.floor(text.length / 2)
      const hosts = [...reader.take(text.slice(0, half)), ...reader.take(text.slice(half))]
      return reader.end().finished ? hosts : hosts[0]
    },
  },
  ping: {
    seeds: texts(
      'ping/telegraf-busyBoxPingOutput.txt',
      'ping/telegraf-lossyPingOutput.txt',
      'ping/jc-osx-10.14.6-ping6-ip.txt',
      'ping/jc-ubuntu-22.04-ping-dest-unreachable.txt',
    ),
    make: () => (text) => parsePing(text) ?? (isNoWay(text) || undefined),
  },
  netlink: {
    seeds: [netlink],
    make: () => (text) => parseNetlinkDrops(text),
  },
  processes: {
    seeds: [
      'Ss   sshd: user@pts/0\nS    python3 -m http.server\nZ    [sh] <defunct>\n',
      '17 (a) b) S 1 17 17 0',
    ],
    make: () => (text) => {
      const one = toProcess(text, text.replaceAll(' ', '\0'))
      return one ? [isCalled(one, 'sshd-session-long-name')] : parsePs(text)[0]
    },
  },
  routes: {
    seeds: [routes, routes6],
    make: () => (text) => parseRoutes(text, 'LE') ?? parseRoutes(text, 'BE') ?? parseRoutes6(text),
  },
  'scan-target': {
    seeds: ['192.168.77.0/24', '2001:db8::/120', '10.1.2.3', '10.0.0.1/8'],
    make: () => (text) => {
      const own = { mac: '02:42:c0:a8:32:64', internal: false, family: 'IPv4', netmask: '' } as const
      const { networks } = ownNetworks({
        [text]: [{ ...own, address: text.split('/')[0] ?? '', cidr: text }],
      })
      return isTarget(text) || networks[0]
    },
  },
  sensors: {
    seeds: texts(
      'sensors/sensors-j-with-read-error.txt',
      'sensors/nvidia-smi-csv-v100-nounits.csv',
      'sensors/nvidia-smi-csv-3090-two-cards.csv',
    ),
    make: () => (text) => [...toTemperatures(parseSensorsJson(text) ?? []), ...parseNvidiaCsv(text)][0],
  },
  stamp: {
    seeds: some([
      ...logs,
      'Fri Nov 20 12:00:00 2026 authpriv.info dropbear[1]: x',
      '2026-11-20 12:00:00,123 x',
    ]),
    make() {
      const stamps = makeStamps(at)
      return (text) => (stamps.read(text) < 0 ? undefined : stamps.at())
    },
  },
  syslog: { seeds: logs, make: () => makeSyslogParser(at) },
  template: { seeds: messages, make: () => (text) => templateOf('sshd', text) },
  'threat-list': {
    seeds: [
      '0.0.0.0 bad.example.com  worse.example.com # note',
      '# id,url,threat\n"1","http://bad.example/x","malware"',
      '||bad.example^',
      'address=/bad.example/',
      'local-zone: "bad.example" always_nxdomain',
      'bad.example\tIntel::DOMAIN\tlist\tnote',
      '{"cidr":"198.51.100.0/24","rir":"x"}',
    ],
    make: () => async (text) => {
      for await (const { indicators } of indicatorsOf(text.split('\n'), 'x')) return indicators[0]
      return undefined
    },
  },
}

function except<T>(found: T, nothing: T): T | undefined {
  return found === nothing ? undefined : found
}

/** As the collector reads it, which throws itself at what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
