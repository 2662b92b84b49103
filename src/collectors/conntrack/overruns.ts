import { readFile } from 'node:fs/promises'
import { codeOf } from '../../core/errors.ts'
import { parseNetlinkDrops } from '../../formats/netlink.ts'

/** What the kernel could not tell, as it had more to tell than fits. */
export interface Overruns {
  /** What the program complains of, as it comes. */
  complains(text: string): void
  /** How many events were lost since this was asked before: at the least, as far as can be known. */
  take(): Promise<number>
}

/** `netlink` gives `/proc/net/netlink`, or nothing where it cannot be read. */
export async function makeOverruns(netlink: () => Promise<string>): Promise<Overruns> {
  let times = 0
  let known = parseNetlinkDrops(await netlink())
  return {
    complains(text) {
      times += text.split('ENOBUFS').length - 1
    },
    async take() {
      if (times === 0) return 0
      const [least, drops] = [times, parseNetlinkDrops(await netlink())]
      const count = Math.max(least, drops - known)
      times -= least
      known = Math.max(known, drops)
      return count
    },
  }
}

/** `/proc/net/netlink` of this machine; nothing where there is none that may be read. */
export async function readNetlink(): Promise<string> {
  try {
    return await readFile('/proc/net/netlink', 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'EACCES') return ''
    throw error
  }
}
