import { basename } from 'node:path'

/** Programs that run another: the first argument that is no option is what runs. */
const interpreters = /^(?:python|node|nodejs|perl|ruby|java|sh|bash|dash|ash|php|lua)[\d.]*$/

/** Characters of a name that the kernel keeps. */
const kept = 15

/** By which names a process goes. */
export interface Process {
  /** As the kernel keeps it: 15 characters at most, changeable by the process itself. */
  readonly comm: string
  /** The program's file, and what it runs when it is an interpreter; without folders. */
  readonly programs: readonly string[]
}

/** A process by `/proc/<pid>/stat` and `/proc/<pid>/cmdline`; undefined when it has ended and only waits to be forgotten. */
export function toProcess(stat: string, cmdline: string): Process | undefined {
  // The name stands in brackets and may hold brackets and spaces itself.
  const end = stat.lastIndexOf(')')
  const state = stat[end + 2]
  if (end < 0 || state === undefined || 'ZXx'.includes(state)) return undefined
  const comm = stat.slice(stat.indexOf('(') + 1, end)
  return { comm, programs: programsOf(cmdline.split('\0')) }
}

/** The processes that `ps -axo stat=,args=` prints. */
export function parsePs(text: string): Process[] {
  return text.split('\n').flatMap((line) => {
    const [state = '', ...args] = line.trim().slice(0, 10_000).split(/\s+/)
    const programs = programsOf(args)
    return programs.length === 0 || state.startsWith('Z') ? [] : [{ comm: programs[0] ?? '', programs }]
  })
}

/** Whether it goes by this name. */
export function isCalled({ comm, programs }: Process, name: string): boolean {
  if (programs.includes(name) || comm === name) return true
  return name.length > kept && programs.length === 0 && comm === name.slice(0, kept)
}

function programsOf([program = '', ...args]: readonly string[]): readonly string[] {
  // A program may write there what it likes, as `sshd: user@pts/0` does.
  const own = basename(program.replace(/:$/, ''))
  if (own === '') return []
  if (!interpreters.test(own)) return [own]
  const run = args[0] === '-m' ? args[1] : args.find((arg) => !arg.startsWith('-'))
  return run === undefined || run === '' ? [own] : [own, basename(run)]
}
