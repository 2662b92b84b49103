import * as z from 'zod'
import type { ListenContext, ListeningCollector } from '../core/collector.ts'
import { ConfigError, UnavailableError } from '../core/errors.ts'
import { follow } from '../core/follow.ts'
import { flag, seconds } from '../core/options.ts'
import type { Check } from '../core/plugin.ts'
import { run, type Ran } from '../core/run.ts'
import { longestRound } from '../core/situation.ts'
import { followThere, runThere, sshOptions, sshPlaceOf } from '../core/ssh.ts'
import { every } from '../core/time.ts'
import { parseConntrack, type ConntrackEntry } from '../formats/conntrack.ts'
import { makeFlows, type Flows } from './conntrack/flows.ts'
import { makeOverruns, readNetlink } from './conntrack/overruns.ts'

const options = z.object({
  open: seconds('Long connections', 'Seconds between two looks at connections that last.', {
    min: 10,
    max: longestRound,
  }).default(300),
  table: seconds(
    'Without events',
    'Seconds between two looks at the table where the program conntrack is not there to tell of each change.',
    { min: 1, max: 300 },
  ).default(10),
  loopback: flag(
    'On the machine itself',
    'Whether connections that never leave the machine are kept.',
  ).default(false),
  groups: flag(
    'To everybody',
    'Whether multicast and broadcast are kept: how devices announce themselves, all day long.',
  ).default(false),
  dns: flag(
    'To the name server',
    'Whether connections to a name server at home are kept: its log tells more of them.',
  ).default(false),
  ...sshOptions,
})
type Options = z.infer<typeof options>

/** How the commands are run on the machine that has the table. */
interface Teller {
  /** `take` is given what it prints, as it comes. */
  run(
    program: string,
    args: readonly string[],
    stop: AbortSignal,
    take: (text: string) => void,
  ): Promise<Ran | undefined>
  /** `complains` is given what it says of its troubles, as it comes. */
  follow(
    program: string,
    args: readonly string[],
    stop: AbortSignal,
    complains: (text: string) => void,
  ): AsyncIterable<string>
  /** `/proc/net/netlink`; nothing where it cannot be read. */
  netlink(): Promise<string>
}

const here: Teller = {
  run: (program, args, stop, take) => run(program, args, { stop, timeout: listMilliseconds, take }),
  follow,
  netlink: readNetlink,
}

/** Connections of one look at most. */
const most = 65_536
/** Characters of a line. */
const longest = 10_000
/** The longest that a list may take. */
const listMilliseconds = 20_000
const procFile = '/proc/net/nf_conntrack'
/** Bytes that the kernel may be ahead of us, before it drops what it has to tell: it doubles them, for some 7,000 events. */
const ahead = 8_388_608
const nothingAsks =
  'No connection is in the kernel’s table: it keeps one only where something asks for it, such as a firewall, NAT or Docker; a rule is enough: `iptables -I OUTPUT -m conntrack --ctstate NEW`'
const tooMany = 'More connections began or ended at once than could be read: some short ones were missed'

/** Who talks to whom: the kernel's table of connections, and each change in it. */
export default {
  name: 'conntrack',
  title: 'Connections',
  options,

  async listen(context) {
    const { options, stop, now } = context
    const teller = tellerOf(options)
    const isTold = await canTell(teller, stop)
    context.ready()
    const flows = makeFlows(options, { told: isTold })
    const ended = new AbortController()
    const either = AbortSignal.any([stop, ended.signal])
    const parts = [look(teller, flows, { ...context, stop: either }, isTold)]
    if (isTold) parts.push(hear(teller, flows, { ...context, stop: either, now }))
    try {
      await Promise.race(parts)
    } finally {
      ended.abort()
      await Promise.allSettled(parts)
    }
  },

  async check({ options, stop }) {
    return checkTable(tellerOf(options), stop)
  },
} satisfies ListeningCollector<Options>

/** On this machine, or on the other that the options name. */
function tellerOf(options: Options): Teller {
  const place = sshPlaceOf(options)
  if (place === undefined) return here
  return {
    run: (program, args, stop, take) =>
      runThere(place, [program, ...args], { stop, timeout: listMilliseconds, take }),
    follow: (program, args, stop, complains) => followThere(place, [program, ...args], stop, complains),
    // What it complains of must do.
    netlink: async () => '',
  }
}

/** Each change, as it happens. */
async function hear(teller: Teller, flows: Flows, context: ListenContext<Options, undefined>): Promise<void> {
  const { now, stop, emit, lost } = context
  const args = ['-E', '-e', 'NEW,DESTROY', '-o', 'timestamp,extended,id', '-b', String(ahead)]
  const overruns = await makeOverruns(() => teller.netlink())
  for await (const line of teller.follow('conntrack', args, stop, overruns.complains)) {
    const missed = await overruns.take()
    if (missed > 0) lost(missed, tooMany)
    const entry = parseConntrack(line)
    const connection = entry && flows.heard(entry, now())
    if (connection) emit(connection)
  }
}

/** The whole table, again and again. */
async function look(
  teller: Teller,
  flows: Flows,
  { options, now, stop, emit }: ListenContext<Options, undefined>,
  isTold: boolean,
): Promise<void> {
  for await (const _ of every((isTold ? options.open : options.table) * 1000, stop)) {
    const sight = flows.look(now())
    const take = (entry: ConntrackEntry) => {
      const connection = sight.saw(entry)
      if (connection) emit(connection)
    }
    const whole = isTold ? await listed(teller, stop, take) : await written(teller, stop, take)
    if (stop.aborted) return
    for (const connection of sight.end(whole)) emit(connection)
  }
}

interface Listing {
  readonly ran: Ran | undefined
  /** It printed anything, and anything that looks like a connection. */
  readonly said: boolean
  readonly known: boolean
  /** Not cut, neither by us nor by a failure. */
  readonly whole: boolean
}

/** Runs a command and hands over each connection that it prints; of what it prints no more than a piece is held. */
async function list(
  teller: Teller,
  [program, ...args]: readonly [string, ...string[]],
  stop: AbortSignal,
  take: (entry: ConntrackEntry) => void,
): Promise<Listing> {
  let rest = ''
  let said = false
  let known = false
  let count = 0
  const read = (line: string) => {
    said ||= line.trim() !== ''
    known ||= line.includes('src=')
    const entry = parseConntrack(line)
    if (entry === undefined) return
    count += 1
    if (count <= most) take(entry)
  }
  const ran = await teller.run(program, args, stop, (text) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, longest)
    lines.forEach(read)
  })
  read(rest)
  return { ran, said, known, whole: ran?.code === 0 && count <= most }
}

/** As `conntrack -L` lists it, one family after the other; gives whether that was all. */
async function listed(
  teller: Teller,
  stop: AbortSignal,
  take: (entry: ConntrackEntry) => void,
): Promise<boolean> {
  let isWhole = true
  for (const family of ['ipv4', 'ipv6'] as const) {
    const listing = await list(teller, toList(family), stop, take)
    if (!listing.whole) isWhole = false
    if (isSilent(listing) && !stop.aborted) throw noAnswer()
    if (listing.said && !listing.known && !stop.aborted)
      throw new UnavailableError('conntrack prints something else than connections: look which program it is')
  }
  return isWhole
}

function toList(family: 'ipv4' | 'ipv6') {
  return ['conntrack', '-L', '-f', family, '-o', 'extended,id'] as const
}

/** As the kernel writes it into a file, where it does; gives whether that was all. */
async function written(
  teller: Teller,
  stop: AbortSignal,
  take: (entry: ConntrackEntry) => void,
): Promise<boolean> {
  const { ran, said, whole } = await list(teller, ['cat', procFile], stop, take)
  if (ran?.code !== 0 && !said && !stop.aborted)
    throw new UnavailableError(`${procFile} cannot be read any more: ${lastLine(ran?.err)}`)
  return whole
}

/** Whether the program tells of each change; false: the file has to do. Throws `ConfigError` when there is neither. */
async function canTell(teller: Teller, stop: AbortSignal): Promise<boolean> {
  const ignore = () => undefined
  const listing = await list(teller, toList('ipv4'), stop, ignore)
  // A table that is too long to be read whole was readable.
  if (listing.ran?.code === 0 || listing.said || stop.aborted) return true
  if (isSilent(listing)) throw noAnswer()
  const file = await list(teller, ['cat', procFile], stop, ignore)
  if (file.ran?.code === 0 || file.said) return false
  throw new ConfigError(
    listing.ran === undefined
      ? 'Connections cannot be seen: install the program conntrack (Debian package conntrack)'
      : `Connections cannot be seen (${lastLine(listing.ran.err)}): run as root, or give the right CAP_NET_ADMIN`,
  )
}

/** It was ended because it took too long, and had said nothing. */
function isSilent({ ran, said }: Listing): boolean {
  return ran !== undefined && ran.code === undefined && !said && ran.err === ''
}

function noAnswer(): UnavailableError {
  return new UnavailableError('conntrack does not answer: look what it waits for')
}

async function checkTable(teller: Teller, stop: AbortSignal): Promise<Check[]> {
  try {
    const isTold = await canTell(teller, stop)
    let connections = 0
    const take = () => void (connections += 1)
    await (isTold ? listed(teller, stop, take) : written(teller, stop, take))
    let counts = ''
    const keep = (text: string) => void (counts = (counts + text).slice(0, 10))
    await teller.run('cat', ['/proc/sys/net/netfilter/nf_conntrack_acct'], stop, keep)
    if (connections === 0) return [{ ok: true, optional: true, message: nothingAsks }]
    return [
      {
        ok: true,
        message: `${connections} connections are under way${isTold ? '' : '; without the program conntrack, short ones between two looks are missed'}`,
      },
      counts.trim() === '0'
        ? {
            ok: true,
            optional: true,
            message:
              'Bytes are not counted, so uploads cannot be judged: switch it on with `sysctl -w net.netfilter.nf_conntrack_acct=1`',
          }
        : { ok: true, message: 'Bytes are counted' },
    ]
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UnavailableError)
      return [{ ok: false, message: error.message }]
    throw error
  }
}

function lastLine(text: string | undefined): string {
  return text?.trim().split('\n').at(-1) ?? 'no reason given'
}
