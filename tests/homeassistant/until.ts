import { pause } from '../../src/core/time.ts'

/** Waits until it is so, two seconds at most. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(2000)
  while (!isSo()) {
    deadline.throwIfAborted()
    await pause(2, deadline)
  }
}
