import { execa } from 'execa'
import { codeOf, UnavailableError } from './errors.ts'
import { run } from './run.ts'

/** Characters of a line that nobody ends: what is longer is cut. */
const longest = 1_000_000
/** Characters of what a program says of its own failing. */
const longestComplaint = 2000

/**
 * The lines that a program prints, as it prints them, until `stop`. It is run with these arguments, never through a
 * shell, speaking English, and killed at the end with all that it started. That it is not there, or ends by itself, is
 * an `UnavailableError`. What it complains of while it runs is handed over as it comes.
 */
export async function* follow(
  program: string,
  args: readonly string[],
  stop: AbortSignal,
  complains?: (text: string) => void,
): AsyncIterable<string> {
  const [file, ...words] = await dyingWithUs([program, ...args], stop)
  if (stop.aborted) return
  const running = execa(file, words, {
    reject: false,
    detached: true,
    buffer: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  })
  const kill = () => running.pid !== undefined && killGroup(running.pid)
  stop.addEventListener('abort', kill)
  let complaint = ''
  running.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-longestComplaint)
    complains?.(text)
  })
  try {
    yield* linesOf(running.stdout.setEncoding('utf8'))
    const { code, exitCode } = await running
    if (stop.aborted) return
    if (code === 'ENOENT' || code === 'EACCES' || complaint.startsWith('setpriv: failed to execute'))
      throw new UnavailableError(`There is no program ${program} here that may be run: install it`)
    const last = complaint.trim().split('\n').at(-1) ?? ''
    throw new UnavailableError(
      `${program} has ended${last === '' ? ` with ${exitCode ?? 'a signal'}` : `: ${last}`}`,
    )
  } finally {
    stop.removeEventListener('abort', kill)
    kill()
    await running
  }
}

/**
 * The command so that it dies when we are killed, and nobody is left to kill it; where util-linux's `setpriv` is not
 * there, it lives on until its next line. The kernel counts the thread that starts it for us: ours, which is the last.
 */
async function dyingWithUs(
  command: readonly [string, ...string[]],
  stop: AbortSignal,
): Promise<readonly [string, ...string[]]> {
  const words = ['--pdeathsig', 'KILL', '--']
  const tried = await run('setpriv', [...words, 'true'], { stop })
  return tried?.code === 0 ? ['setpriv', ...words, ...command] : command
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length < longest) continue
    yield rest
    rest = ''
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself.
    if (codeOf(error) !== 'ESRCH') throw error
  }
}
