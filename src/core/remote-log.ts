import { execa } from 'execa'
import { codeOf, UnavailableError } from './errors.ts'
import type { Files, Opened } from './files.ts'
import { noSsh, sshArguments, toSshError, type SshPlace } from './ssh.ts'
import { within } from './time.ts'

/**
 * What runs on the other machine: it shows parts of one file and of those whose names begin like its name, and does
 * nothing else. A line asks: `<suffix or -> <block> <blocks>`, or `?` for the suffixes that there are. Any POSIX shell,
 * busybox too. DOCS.md shows the same for a key that may do this alone.
 */
export const reader = `f=$1; set -f
echo "hearthwarden $SSH_CONNECTION"
while read -r s b c; do
  case $s in
    -) g=$f ;;
    '?') set +f; for g in "$f"?*; do g=\${g#"$f"}; case $g in *[!A-Za-z0-9.-]*) ;; *) echo "$g" ;; esac; done; set -f; echo .; continue ;;
    *[!A-Za-z0-9.-]*) exit 1 ;;
    *) g=$f$s ;;
  esac
  case $b$c in ''|*[!0-9]*) exit 1 ;; esac
  [ -e "$g" ] || { echo missing; continue; }
  [ -f "$g" ] && [ -r "$g" ] || { echo denied; continue; }
  set -- $(ls -lniLd "$g"); n=$(($6 - b * 4096)); m=$((c * 4096))
  [ $n -gt 0 ] || n=0; [ $n -le $m ] || n=$m
  echo "$1 $6 $(date -r "$g" +%s 2>/dev/null || date +%s) $n"
  [ $n -eq 0 ] || dd if="$g" bs=4096 skip="$b" count="$c" 2>/dev/null | head -c $n
done`

/** Bytes that are asked for in one piece. */
const block = 4096
/** Milliseconds until an answer must have come. */
const patience = 60_000
/** Bytes of a line of an answer. */
const longest = 4096

/** A log on another machine, with what it was renamed to: as long as the connection lasts. */
export interface RemoteLog extends Files, AsyncDisposable {
  /** What it is called here: the machine and the file. */
  readonly name: string
  /** The other machine's own address, as it sees it; undefined when it does not tell. */
  readonly address: string | undefined
}

interface Answer {
  readonly inode: string
  readonly size: number
  readonly mtime: Date
  readonly bytes: Buffer
}

/** Connects, and keeps the connection until it is disposed of. Throws `UnavailableError` with one sentence. */
export async function openRemoteLog(place: SshPlace, file: string, stop: AbortSignal): Promise<RemoteLog> {
  const running = execa('ssh', sshArguments(place, ['sh', '-c', reader, 'hearthwarden', file]), {
    reject: false,
    detached: true,
    buffer: false,
    encoding: 'buffer',
    stdin: 'pipe',
    env: { LC_ALL: 'C' },
  })
  const kill = () => running.pid !== undefined && killGroup(running.pid)
  stop.addEventListener('abort', kill)
  let complaint = ''
  running.stderr.on('data', (data: Buffer) => (complaint = (complaint + data.toString()).slice(-4000)))
  // A pipe that breaks is noticed by the answer that does not come.
  running.stdin.on('error', () => undefined)
  const chunks = running.stdout[Symbol.asyncIterator]()
  const name = `${place.ssh}:${file}`
  let rest = Buffer.alloc(0)

  const more = async (): Promise<void> => {
    const { done, value } = await chunks.next()
    if (done !== true && Buffer.isBuffer(value)) {
      rest = Buffer.concat([rest, value])
      return
    }
    const { code } = await running
    throw code === 'ENOENT' || code === 'EACCES' ? noSsh() : toSshError(place, complaint)
  }
  const line = async (): Promise<string> => {
    while (!rest.includes(10)) {
      if (rest.length > longest)
        throw new UnavailableError(`${name} is answered by something else than we asked for`)
      await more()
    }
    const end = rest.indexOf(10)
    const text = rest.toString('utf8', 0, end)
    rest = rest.subarray(end + 1)
    return text
  }
  const timely = async <T>(answer: () => Promise<T>): Promise<T> => {
    const end = within(patience, stop)
    end.addEventListener('abort', kill)
    try {
      return await answer()
    } finally {
      end.removeEventListener('abort', kill)
    }
  }
  const ask = (path: string, from: number, most: number): Promise<Answer> =>
    timely(async () => {
      const first = Math.floor(from / block)
      const skipped = from - first * block
      const blocks = most === 0 ? 0 : Math.ceil((skipped + most) / block)
      running.stdin.write(`${path.slice(name.length) || '-'} ${first} ${blocks}\n`)
      const head = await line()
      if (head === 'missing') throw new UnavailableError(`${path} does not exist: check its path`)
      if (head === 'denied')
        throw new UnavailableError(`${path} may not be read: give the user there the right to read it`)
      const [, inode = '', size, written, length] = /^(\d+) (\d+) (\d+) (\d+)$/.exec(head) ?? []
      if (inode === '') throw new UnavailableError(`${name} is answered by something else than we asked for`)
      const wanted = Number(length)
      while (rest.length < wanted) await more()
      const bytes = rest.subarray(skipped, Math.min(wanted, skipped + most))
      rest = rest.subarray(wanted)
      return { inode, size: Number(size), mtime: new Date(Number(written) * 1000), bytes }
    })

  const close = async (): Promise<void> => {
    stop.removeEventListener('abort', kill)
    kill()
    await running
  }
  try {
    const [, hello] = /^hearthwarden ?(.*)$/.exec(await timely(line)) ?? []
    if (hello === undefined)
      throw new UnavailableError(`${name} is answered by something else than we asked for`)
    return {
      name,
      address: hello.split(' ')[2],
      statOf: (path) => ask(path, 0, 0),
      openToRead: async (path) => toOpened(path, (await ask(path, 0, 0)).inode, ask),
      like: () =>
        timely(async () => {
          running.stdin.write('?\n')
          const found: string[] = []
          for (let suffix = await line(); suffix !== '.'; suffix = await line())
            found.push(`${name}${suffix}`)
          return found.slice(0, 50)
        }),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A file there is known by its inode: one that was renamed meanwhile is not read on as if it were the same. */
function toOpened(
  path: string,
  inode: string,
  ask: (path: string, from: number, most: number) => Promise<Answer>,
): Opened {
  const same = async (from: number, most: number): Promise<Answer> => {
    const answer = await ask(path, from, most)
    if (answer.inode !== inode) throw new UnavailableError(`${path} was replaced while it was read`)
    return answer
  }
  const close = async () => undefined
  return {
    stat: () => same(0, 0),
    read: async (from, most) => (await same(from, Math.max(0, most))).bytes,
    close,
    [Symbol.asyncDispose]: close,
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
