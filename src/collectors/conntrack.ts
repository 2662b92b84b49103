import * as z from 'zod'
import type { ListenContext, ListeningCollector } from '../core/collector.ts'
import { ConfigError, UnavailableError } from '../core/errors.ts'
import { follow } from '../core/follow.ts'
import { flag, seconds } from '../core/options.ts'
import type { Check } from '../core/plugin.ts'
import { run, type Ran } from '../core/run.ts'
import { followThere, runThere, sshOptions, sshPlaceOf } from '../core/ssh.ts'
import { every } from '../core/time.ts'
import { parseConntrack, type ConntrackEntry } from '../formats/conntrack.ts'
import { makeFlows, type Flows } from './conntrack/flows.ts'

const options = z.object({
  open: seconds('Long connections', 'Seconds between two looks at connections that last.', {
    min: 10,
    max: 3600,
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
  run(program: string, args: readonly string[], stop: AbortSignal): Promise<Ran | undefined>
  follow(program: string, args: readonly string[], stop: AbortSignal): AsyncIterable<string>
}

const here: Teller = {
  run: (program, args, stop) => run(program, args, { stop, timeout: listMilliseconds, limit: tableLimit }),
  follow,
}

/** Characters of a table: some 40,000 connections. */
const tableLimit = 10_000_000
/** The longest that a list may take. */
const listMilliseconds = 20_000
const procFile = '/proc/net/nf_conntrack'
/** Bytes that the kernel may be ahead of us, before it drops what it has to tell. */
const ahead = 2_097_152

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
    run: (program, args, stop) =>
      runThere(place, [program, ...args], { stop, timeout: listMilliseconds, limit: tableLimit }),
    follow: (program, args, stop) => followThere(place, [program, ...args], stop),
  }
}

/** Each change, as it happens. */
async function hear(teller: Teller, flows: Flows, context: ListenContext<Options, undefined>): Promise<void> {
  const { now, stop, emit } = context
  const args = ['-E', '-e', 'NEW,DESTROY', '-o', 'timestamp,extended,id', '-b', String(ahead)]
  for await (const line of teller.follow('conntrack', args, stop)) {
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
    const { entries, whole } = isTold ? await listed(teller, stop) : await written(teller, stop)
    if (stop.aborted) return
    for (const connection of flows.looked(entries, whole, now())) emit(connection)
  }
}

interface Table {
  readonly entries: readonly ConntrackEntry[]
  readonly whole: boolean
}

/** As `conntrack -L` lists it, one family after the other. */
async function listed(teller: Teller, stop: AbortSignal): Promise<Table> {
  const entries: ConntrackEntry[] = []
  let whole = true
  for (const family of ['ipv4', 'ipv6']) {
    const ran = await teller.run('conntrack', ['-L', '-f', family, '-o', 'extended,id'], stop)
    if (ran?.code !== 0) whole = false
    const out = ran?.out ?? ''
    if (isSilent(ran) && !stop.aborted) throw noAnswer()
    if (out.trim() !== '' && !out.includes('src=') && !stop.aborted)
      throw new UnavailableError('conntrack prints something else than connections: look which program it is')
    entries.push(...toEntries(out))
  }
  return { entries, whole }
}

/** As the kernel writes it into a file, where it does. */
async function written(teller: Teller, stop: AbortSignal): Promise<Table> {
  const ran = await teller.run('cat', [procFile], stop)
  if (ran?.code !== 0 && !ran?.out && !stop.aborted)
    throw new UnavailableError(`${procFile} cannot be read any more: ${lastLine(ran?.err)}`)
  return { entries: toEntries(ran?.out ?? ''), whole: ran?.code === 0 }
}

/** Whether the program tells of each change; false: the file has to do. Throws `ConfigError` when there is neither. */
async function canTell(teller: Teller, stop: AbortSignal): Promise<boolean> {
  const listed = await teller.run('conntrack', ['-L', '-f', 'ipv4', '-o', 'extended,id'], stop)
  // A table that is too long to be read whole was readable.
  if (listed?.code === 0 || listed?.out || stop.aborted) return true
  if (isSilent(listed)) throw noAnswer()
  const file = await teller.run('cat', [procFile], stop)
  if (file?.code === 0 || file?.out) return false
  throw new ConfigError(
    listed === undefined
      ? 'Connections cannot be seen: install the program conntrack (Debian package conntrack)'
      : `Connections cannot be seen (${lastLine(listed.err)}): run as root, or give the right CAP_NET_ADMIN`,
  )
}

/** It was ended because it took too long, and had said nothing. */
function isSilent(ran: Ran | undefined): boolean {
  return ran !== undefined && ran.code === undefined && ran.out === '' && ran.err === ''
}

function noAnswer(): UnavailableError {
  return new UnavailableError('conntrack does not answer: look what it waits for')
}

async function checkTable(teller: Teller, stop: AbortSignal): Promise<Check[]> {
  try {
    const isTold = await canTell(teller, stop)
    const { entries } = isTold ? await listed(teller, stop) : await written(teller, stop)
    const counts = (await teller.run('cat', ['/proc/sys/net/netfilter/nf_conntrack_acct'], stop))?.out.trim()
    return [
      {
        ok: true,
        message: `${entries.length} connections are under way${isTold ? '' : '; without the program conntrack, short ones between two looks are missed'}`,
      },
      counts === '0'
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

function toEntries(text: string): ConntrackEntry[] {
  return text
    .split('\n')
    .map((line) => parseConntrack(line))
    .filter((entry) => entry !== undefined)
}

function lastLine(text: string | undefined): string {
  return text?.trim().split('\n').at(-1) ?? 'no reason given'
}
