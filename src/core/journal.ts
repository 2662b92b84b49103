import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ListenContext } from './collector.ts'
import { codeOf, UnavailableError } from './errors.ts'
import { follow } from './follow.ts'
import type { Check } from './plugin.ts'
import { run } from './run.ts'

/** Where systemd keeps its journal: the one that lasts, and the one that is gone after a restart. */
const folders = ['/var/log/journal', '/run/log/journal']

/** Seconds: when the journal is met for the first time, so much of it is read. */
const recent = 3600

/** Which part of which journal. */
export interface JournalPart {
  /** Another folder than this system's. */
  readonly folder: string | undefined
  /** As `journalctl` takes them: `SYSLOG_FACILITY=4`. */
  readonly matches: readonly string[]
}

/** What following needs of a listener's context; the cursor is the journal's own. */
type Following = Pick<ListenContext<unknown, unknown>, 'now' | 'stop' | 'ready' | 'absent'> & {
  readonly cursor: string | undefined
}

const noJson = 'journalctl does not print JSON: look whether it is systemd’s own'

/** Where there is none. */
export const noJournal = 'There is no journal of systemd here'

/** Whether there is a journal to read. */
export function hasJournal(folder: string | undefined): boolean {
  return (folder === undefined ? folders : [folder]).some((place) => existsSync(place))
}

/**
 * The entries of the journal as lines of JSON: those after the cursor (else those of the last hour), then each that
 * comes, until `stop`. A journal that holds nothing is `absent` until its first entry comes; one that cannot be read,
 * and other lines than of JSON, are an `UnavailableError`.
 */
export async function* followJournal(
  part: JournalPart,
  { cursor, now, stop, ready, absent }: Following,
): AsyncIterable<string> {
  const { ok, optional, message } = await checkJournal(part, stop)
  if (stop.aborted) return
  if (!ok) throw new UnavailableError(message)
  let isEmpty = optional === true
  if (isEmpty) absent(message)
  else ready()
  const from =
    cursor === undefined
      ? `--since=@${Math.floor(now().getTime() / 1000) - recent}`
      : `--after-cursor=${cursor}`
  // By itself, following shows the newest boot alone, and fails where there is none; merging shows other machines too.
  const words = [...argumentsOf(part), '--merge', '--follow', '--no-tail', from]
  const matches = part.folder === undefined ? [...part.matches, ...(await ownMachine())] : part.matches
  const args = [...words, '--', ...matches]
  for await (const line of follow('journalctl', args, stop)) {
    if (!line.startsWith('{')) throw new UnavailableError(noJson)
    if (isEmpty) ready()
    isEmpty = false
    yield line
  }
}

/** Whether something of this part can be read, and else what to do. */
export async function checkJournal(part: JournalPart, stop: AbortSignal): Promise<Check> {
  if (!hasJournal(part.folder)) return { ok: true, optional: true, message: noJournal }
  const found = await run('journalctl', [...argumentsOf(part), '--lines=1', '--', ...part.matches], { stop })
  if (found === undefined)
    return {
      ok: false,
      message: 'There is a journal here, but no program journalctl to read it: install that of systemd',
    }
  if (found.out.includes('__CURSOR')) return { ok: true, message: 'The journal is followed' }
  if (found.out !== '') return { ok: false, message: noJson }
  const complaint = found.err.trim().split('\n').at(-1) ?? ''
  if (found.code === undefined)
    return { ok: false, message: 'journalctl does not answer: look what it waits for' }
  // Root may read every journal: then there is nothing in it.
  const isRoot = process.getuid?.() === 0
  if (isRoot && found.code !== 0 && complaint !== '')
    return { ok: false, message: `The journal cannot be read: ${complaint}` }
  return isRoot
    ? {
        ok: true,
        optional: true,
        message:
          'The journal here holds nothing of this: systemd writes none, or in a container that of the machine is not mapped in (/var/log/journal and /etc/machine-id)',
      }
    : {
        ok: false,
        message:
          'The journal shows nothing to this program: add its user to the group systemd-journal, unless the journal is new',
      }
}

/** The match for what this machine wrote: other machines may send it their journals. */
async function ownMachine(): Promise<readonly string[]> {
  try {
    const id = (await readFile('/etc/machine-id', 'utf8')).trim()
    return /^[\da-f]{32}$/.test(id) ? [`_MACHINE_ID=${id}`] : []
  } catch (error) {
    // A machine without an id gets no journals of others.
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function argumentsOf({ folder }: JournalPart): readonly string[] {
  return [
    '--output=json',
    '--no-pager',
    '--quiet',
    ...(folder === undefined ? [] : [`--directory=${folder}`]),
  ]
}
