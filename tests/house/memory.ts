import { readFile } from 'node:fs/promises'

/** How the program is started for people: `npm start`. */
export const asStarted = {
  NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=4',
  MALLOC_ARENA_MAX: '2',
}

/** What a process holds in memory. */
export async function megabytesOf(pid: number | undefined): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
