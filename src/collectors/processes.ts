import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { codeOf, UnavailableError } from '../core/errors.ts'
import type { ProcessState } from '../core/observation.ts'
import { list, path, seconds } from '../core/options.ts'
import type { Context } from '../core/plugin.ts'
import { run } from '../core/run.ts'
import { isCalled, parsePs, toProcess, type Process } from '../formats/processes.ts'

/** Milliseconds after which a state that lasts is told again: one that is well or not to be seen, and a trouble. */
const again = { calm: 3_600_000, trouble: 300_000 }

/** The kernel's own number of the first namespace of processes, which holds them all (`PROC_PID_INIT_INO`). */
const everything = 'pid:[4026531836]'

const name = z
  .string()
  .trim()
  .regex(/^[^\s/\0][^/\0\n]{0,99}$/, 'must be the name of a program without its folder')
  .meta({ title: 'Process', description: 'The name of a program, such as mosquitto.' })

const options = z.object({
  names: list(
    'Watch list',
    'Programs that must run, by their names, such as mosquitto; one that is missing is a high alert.',
    name,
  ).default([]),
  every: seconds('How often to look', 'Seconds between two looks at the processes.', {
    min: 1,
    max: 3600,
  }).default(15),
  proc: path(
    'Process folder',
    'Where the kernel shows its processes; another place than /proc where that of the machine is mounted into a container.',
  ).default('/proc'),
})

type Options = z.infer<typeof options>

/** What was told of each name last, and when, in milliseconds since 1970. */
const cursor = z.record(z.string(), z.object({ state: z.string(), at: z.number() }))

/** Sees whether the programs of a watch list run. */
export default {
  name: 'processes',
  title: 'Processes',
  options,
  cursor,
  isSetUp: ({ names }) => names.length > 0,
  every: (options) => options.every,

  async poll({ cursor = {}, now, ...context }) {
    const seen = await look(context)
    const at = now()
    const states = context.options.names.map((name) => toState(name, seen, at))
    const told = states.filter(({ name, state }) => {
      const before = cursor[name]
      return (
        before?.state !== state ||
        at.getTime() - before.at >= (state === 'missing' ? again.trouble : again.calm)
      )
    })
    const next = Object.fromEntries(
      states.map((one) => {
        const before = cursor[one.name]
        return [one.name, before && !told.includes(one) ? before : { state: one.state, at: at.getTime() }]
      }),
    )
    return { observations: told, cursor: next }
  },

  async check({ now, ...context }) {
    const seen = await look(context)
    return context.options.names.map((name) => {
      const { state, reason } = toState(name, seen, now())
      return {
        ok: state === 'running',
        message: `${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
      }
    })
  },
} satisfies PollingCollector<Options, z.infer<typeof cursor>>

interface Seen {
  readonly processes: readonly Process[]
  /** Why others may run that are not seen. */
  readonly hidden?: string
}

type Looking = Pick<Context<Options>, 'options' | 'stop' | 'home'>

/** Whatever is found runs; what is not found may still run where not all can be seen. */
export function toState(name: string, { processes, hidden }: Seen, at: Date): ProcessState {
  const count = processes.filter((one) => isCalled(one, name)).length
  if (count > 0) return { kind: 'process', at, name, state: 'running', count }
  if (hidden !== undefined) return { kind: 'process', at, name, state: 'unseen', reason: hidden }
  return { kind: 'process', at, name, state: 'missing', count }
}

async function look(context: Looking): Promise<Seen> {
  const { options, stop } = context
  if (existsSync(join(options.proc, 'self/stat')) || options.proc !== '/proc') return lookInto(context)
  const printed = await run('ps', ['-axo', 'stat=,args='], { stop })
  if (printed?.code === 0) return { processes: parsePs(printed.out) }
  throw new UnavailableError('There is neither /proc nor a program ps here that shows processes: install ps')
}

async function lookInto({ options: { proc }, home }: Looking): Promise<Seen> {
  const pids = (await readdir(proc)).filter((entry) => /^\d+$/.test(entry))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [stat, cmdline] = await Promise.all([
        readIfThere(join(proc, pid, 'stat')),
        readIfThere(join(proc, pid, 'cmdline')),
      ])
      return toProcess(stat, cmdline)
    }),
  )
  const processes = found.filter((one) => one !== undefined)
  const hidden = await whyHidden(proc, pids, home?.isSupervised ?? false)
  return { processes, ...(hidden !== undefined && { hidden }) }
}

/** Why not all processes of this machine are seen here; undefined when they are, or a person has named the folder. */
async function whyHidden(proc: string, pids: readonly string[], isApp: boolean): Promise<string | undefined> {
  if (!pids.includes('1')) return 'the processes of others are hidden here: mount /proc without hidepid'
  if (proc !== '/proc' || (await readlink('/proc/self/ns/pid')) === everything) return undefined
  if (isApp) return 'an app of Home Assistant sees its own processes alone'
  // A container that runs a whole system is a machine of its own; one that runs a program is not.
  const first = await readIfThere('/proc/1/comm')
  if (/^(?:systemd|init|openrc-init|runit|dinit)$/.test(first.trim()) && !existsSync('/.dockerenv'))
    return undefined
  return 'a container sees its own processes alone: run it with the process namespace of its host'
}

/** Empty when it has ended meanwhile. */
async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error) ?? '')) return ''
    throw error
  }
}
