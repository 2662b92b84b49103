import { existsSync } from 'node:fs'
import type { ListenContext } from './collector.ts'
import { UnavailableError } from './errors.ts'
import { follow } from './follow.ts'
import type { Check } from './plugin.ts'
import { run } from './run.ts'
import { every } from './time.ts'

/** Where systemd keeps its journal: the one that lasts, and the one that is gone after a restart. */
const folders = ['/var/log/journal', '/run/log/journal']

/** Seconds: when the journal is met for the first time, so much of it is read. */
const recent = 3600

/** Milliseconds after which it is looked whether anything was written by now. */
const again = 60_000

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
  let isEmpty = false
  for await (const _ of every(again, stop)) {
    const { ok, optional, message } = await checkJournal(part, stop)
    if (stop.aborted) return
    if (!ok) throw new UnavailableError(message)
    isEmpty = optional === true
    if (isEmpty) absent(message)
    else ready()
    // Where nothing at all was ever written, journalctl does not follow.
    const isBegun = !isEmpty || !(await checkJournal({ ...part, matches: [] }, stop)).optional
    if (isBegun) break
  }
  if (stop.aborted) return
  const from =
    cursor === undefined
      ? `--since=@${Math.floor(now().getTime() / 1000) - recent}`
      : `--after-cursor=${cursor}`
  const args = [...argumentsOf(part), '--follow', '--no-tail', from, '--', ...part.matches]
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

function argumentsOf({ folder }: JournalPart): readonly string[] {
  return [
    '--output=json',
    '--no-pager',
    '--quiet',
    ...(folder === undefined ? [] : [`--directory=${folder}`]),
  ]
}
