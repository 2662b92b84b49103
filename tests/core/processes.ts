import { codeOf } from '../../src/core/errors.ts'
import { every } from '../../src/core/time.ts'

/** Until no process has this id. */
export async function hasEnded(pid: number): Promise<void> {
  for await (const _ of every(20, AbortSignal.timeout(10_000))) if (!isRunning(pid)) return
  throw new Error(`process ${pid} still runs`)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    throw error
  }
}
