import type { AuthAttempt } from '../core/observation.ts'
import {
  dropbear,
  login,
  luci,
  pam,
  session,
  sshd,
  su,
  sudo,
  type Phrases,
  type Said,
} from './auth-phrases.ts'
import type { SyslogLine } from './syslog.ts'

/** Programs that tell of logins themselves; the same told by PAM under their name is left out. */
const programs: Readonly<Record<string, Phrases>> = {
  sshd,
  'sshd-session': sshd,
  'sshd-auth': sshd,
  sudo,
  su,
  dropbear,
  uhttpd: luci,
  luci,
  login: (message) => login(message) ?? session(message) ?? pam(message),
}

/** Doors that a person comes in by and of which only PAM tells. Others open sessions for themselves all day: cron, systemd. */
const doors = new Set([
  'gdm-password',
  'lightdm',
  'sddm',
  'lxdm',
  'cockpit',
  'xrdp-sesman',
  'vsftpd',
  'proftpd',
])

/** What clients try before they ask for a password, one key after the other: alone it says nothing. */
const quiet = new Set(['none', 'publickey', 'hostbased', 'gssapi-with-mic'])

/** Processes that are remembered: as many as sshd lets wait for a password. */
const mostProcesses = 100

/**
 * What is known of a process that serves one login, by host, program and process id. `announced`: a try was counted
 * that it will tell again; `pam`: it tells each try through PAM first; `counted`: some try was; `in`: it let somebody in.
 */
export type Pending = Readonly<Record<string, readonly Mark[]>>
/** Each mark that a process can bear. */
export const marks = ['announced', 'pam', 'counted', 'in'] as const
type Mark = (typeof marks)[number]

/** Reads logins out of the lines of one log, in their order. */
export interface AuthReader {
  read(line: SyslogLine): AuthAttempt | undefined
  /** To go on with later. */
  pending(): Pending
}

/**
 * Reads what sshd (also as `sshd-session`), dropbear, LuCI, sudo, su, login, and PAM for other programs say of logins,
 * each try counted once, however many lines tell of it. It takes time in proportion to the line's length and throws at nothing.
 */
export function makeAuthReader(pending: Pending = {}): AuthReader {
  const processes = new Map(Object.entries(pending).map(([key, known]) => [key, new Set(known)]))

  /** Whether it is a try that was not counted yet. */
  const isNew = (key: string, service: string, { what, outcome, method }: Said): boolean => {
    const known = processes.get(key) ?? new Set<Mark>()
    processes.delete(key)
    if (what === 'overall') return !known.has('counted')
    if (outcome === 'success' && service === 'sshd') return true
    processes.set(key, known)
    const [oldest] = processes.keys()
    if (processes.size > mostProcesses && oldest !== undefined) processes.delete(oldest)
    if (outcome === 'success') {
      // A console's login says it twice.
      const isTold = known.delete('in')
      if (!isTold) known.add('in')
      return !isTold
    }
    if (what === 'announced') {
      known.add('announced').add('counted')
      return true
    }
    const isTold = known.delete('announced') || (method === 'keyboard-interactive/pam' && known.has('pam'))
    if (method === 'pam') known.add('pam')
    known.add('counted')
    return !isTold
  }

  return {
    pending: () => Object.fromEntries([...processes].map(([key, known]) => [key, [...known]])),
    read(line) {
      const { host, program, pid, message } = line
      const [service, phrases] = phrasesOf(program)
      const [all, repeated, inner] = /^message repeated (\d{1,6}) times: \[ (.*)\]$/.exec(message) ?? []
      const said = phrases(all === undefined ? message : (inner ?? ''))
      if (
        said === undefined ||
        (said.what === 'tried' && said.outcome === 'failure' && quiet.has(said.method ?? ''))
      )
        return undefined
      const isOfOneLogin = service === 'sshd' || service === 'login'
      // sshd in a container names no process: then its client stands for it.
      if (isOfOneLogin && !isNew(`${host ?? ''} ${program} ${pid ?? said.from ?? ''}`, service, said))
        return undefined
      return toAttempt(line, service, { ...said, ...(repeated !== undefined && { times: Number(repeated) }) })
    },
  }
}

/** The service that a program is, and how it speaks; old systems write `sshd(pam_unix)`. */
function phrasesOf(program: string): readonly [string, Phrases] {
  const bare = program.replace(/\(pam_\w{1,32}\)$/, '')
  if (bare !== program) return [bare, pam]
  const own = Object.hasOwn(programs, program) ? programs[program] : undefined
  if (own) return [program.startsWith('sshd') ? 'sshd' : program === 'uhttpd' ? 'luci' : program, own]
  return [program, doors.has(program) ? (message) => session(message) ?? pam(message) : pam]
}

function toAttempt({ at, host }: SyslogLine, service: string, said: Said): AuthAttempt {
  const { outcome, user, from, unknownUser, times } = said
  const method = said.method === 'pam' ? 'keyboard-interactive' : said.method?.replace('/pam', '')
  return {
    kind: 'auth-attempt',
    at,
    outcome,
    user,
    service,
    ...(from !== undefined && { from }),
    ...(unknownUser === true && { unknownUser }),
    ...(method !== undefined && { method }),
    ...(host !== undefined && { host }),
    ...(times !== undefined && times > 1 && { times }),
  }
}
