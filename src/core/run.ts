import { execa } from 'execa'
import { codeOf } from './errors.ts'
import { within } from './time.ts'

export interface Run {
  readonly stop: AbortSignal
  /** Milliseconds; then it is killed with all that it started. */
  readonly timeout?: number
  /** Characters of output at most; then it is ended. */
  readonly limit?: number
  /** Is given the output as it comes; then `out` is empty and `limit` holds for complaints alone. */
  take?(text: string): void
}

/** What a program said that has ended. */
export interface Ran {
  /** 0 when it went well; undefined when it was ended by us or another. */
  readonly code: number | undefined
  readonly out: string
  readonly err: string
}

/**
 * Runs a program with these arguments, never through a shell, speaking English, and waits for its end. Undefined when
 * there is no such program. It throws at nothing that the program does: `code` tells.
 */
export async function run(
  program: string,
  args: readonly string[],
  { stop, timeout = 10_000, limit = 1_000_000, take }: Run,
): Promise<Ran | undefined> {
  const end = within(timeout, stop)
  if (end.aborted) return { code: undefined, out: '', err: '' }
  const env = { LC_ALL: 'C' }
  // A group of its own: what it started could hold its output open after its death.
  const running = execa(program, args, {
    reject: false,
    detached: true,
    stdin: 'ignore',
    maxBuffer: limit,
    buffer: { stdout: take === undefined },
    env,
  })
  if (take) running.stdout.setEncoding('utf8').on('data', take)
  const kill = () => running.pid !== undefined && killGroup(running.pid)
  end.addEventListener('abort', kill)
  const { code, exitCode, stdout, stderr } = await running
  end.removeEventListener('abort', kill)
  if (code === 'ENOENT' || code === 'EACCES') return undefined
  return { code: exitCode, out: stdout ?? '', err: stderr }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself at the same moment.
    if (codeOf(error) !== 'ESRCH') throw error
  }
}
