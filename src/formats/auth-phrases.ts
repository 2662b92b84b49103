import { normalAddress } from '../core/address.ts'

/**
 * What a line says of a login. `tried`: it was tried once. `announced`: a try of which the program tells again where it
 * has failed. `overall`: at the end, of all tries together, which mostly were told one by one.
 */
export interface Said {
  readonly what: 'tried' | 'announced' | 'overall'
  readonly outcome: 'success' | 'failure'
  /** Text of strangers. */
  readonly user: string
  readonly unknownUser?: boolean
  readonly from?: string
  readonly method?: string
  readonly times?: number
}

/** Understands the messages of one program; undefined: nothing about a login. */
export type Phrases = (message: string) => Said | undefined

/** Characters of a name that are kept. */
const longestName = 255

/**
 * OpenSSH's server (auth.c, packet.c). A user's name can hold whole sentences, so that the origin is the last one that
 * stands where it must; what PAM says through sshd is left out, since sshd says the same itself.
 */
export const sshd: Phrases = (message) => {
  const text = message.replace(/^\[ID \d+ \w+\.\w+\] /, '').replace(/^(?:error|fatal): /, '')
  const [verdict, outcome, method = ''] = /^(Accepted|Failed) (\S+) for /.exec(text) ?? []
  if (verdict !== undefined)
    return fromSomewhere(text.slice(verdict.length), {
      what: 'tried',
      outcome: outcome === 'Accepted' ? 'success' : 'failure',
      method,
    })
  const [unknown] = /^(?:Invalid|Illegal) user /.exec(text) ?? []
  if (unknown !== undefined)
    return fromSomewhere(text.slice(unknown.length), { ...failure, what: 'announced', unknownUser: true })
  if (text.startsWith('PAM: ') && text.includes(' for '))
    return fromSomewhere(text.slice(text.indexOf(' for ') + 5), { ...failure, method: 'pam' })
  const [tooMany] = /^maximum authentication attempts exceeded for /.exec(text) ?? []
  if (tooMany !== undefined)
    return fromSomewhere(text.slice(tooMany.length).replace(/ \[preauth\]$/, ''), overall)
  const [ending, what] =
    /^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (authenticating|invalid) user /.exec(
      text,
    ) ?? []
  // Of a password that was wrong it says so; of keys that are refused only this is left.
  const only = what === 'invalid' ? { unknownUser: true } : { method: 'none' }
  if (ending !== undefined) return fromEnding(text.slice(ending.length), { ...overall, ...only })
  return toNotAllowed(text)
}

const failure = { what: 'tried', outcome: 'failure' } as const
const overall = { what: 'overall', outcome: 'failure' } as const
const success = { what: 'tried', outcome: 'success' } as const

type Start = Omit<Said, 'user' | 'from'>

/** After the last ` from ` that this follows up to the end, or up to what is said of a key. */
const origin = /^(\S{1,255})(?: port \d{1,5})?(?: ssh2)?(?: via \S+|: .*)?$/

/** `invalid user <name> from <address> port <number> ssh2: <key>`. */
function fromSomewhere(text: string, start: Start): Said | undefined {
  for (let at = text.lastIndexOf(' from '), looks = 8; at >= 0 && looks > 0; looks--) {
    const address = origin.exec(text.slice(at + 6))?.[1]
    if (address !== undefined) return named(text.slice(0, at), address, start)
    at = at === 0 ? -1 : text.lastIndexOf(' from ', at - 1)
  }
  return undefined
}

/** `<name> <address> port <number>: <reason> [preauth]`. */
function fromEnding(text: string, start: Start): Said | undefined {
  const end = text.lastIndexOf(' port ')
  const space = text.lastIndexOf(' ', end - 1)
  if (end < 0 || space < 0 || !/^ port \d{1,5}(?:: .*)? \[preauth\]$/.test(text.slice(end))) return undefined
  return named(text.slice(0, space), text.slice(space + 1, end), start)
}

/** `User <name> from <address> not allowed because …`, and `ROOT LOGIN REFUSED FROM <address>`. */
function toNotAllowed(text: string): Said | undefined {
  const refused = text.startsWith('User ') ? text.lastIndexOf(' not allowed because ') : -1
  if (refused > 0) return fromSomewhere(text.slice(5, refused), { ...failure, what: 'announced' })
  const [, address] = /^ROOT LOGIN REFUSED FROM (\S{1,255})/.exec(text) ?? []
  return address === undefined ? undefined : named('root', address, failure)
}

function named(user: string, from: string, start: Start): Said {
  const [strange = ''] = /^(?:(?:invalid|illegal) user |<invalid username>$)/.exec(user) ?? []
  const isUnknown = strange !== '' || start.unknownUser === true
  const { unknownUser: _, ...rest } = start
  return {
    ...rest,
    user: user.slice(strange.length, strange.length + longestName),
    ...(isUnknown && { unknownUser: true }),
    ...(from !== '' && { from: normalAddress(from) ?? from.slice(0, longestName) }),
  }
}

/** sudo tells who asked, not whom he became: `alice : 3 incorrect password attempts ; TTY=… ; COMMAND=…`. */
export const sudo: Phrases = (message) => {
  const end = message.indexOf(' : ')
  const user = message.slice(0, Math.max(0, end)).trim()
  const text = message.slice(end + 3)
  if (end < 1 || user.includes('pam_') || !text.includes(' ; COMMAND=')) return undefined
  if (text.startsWith('TTY=') || text.startsWith('PWD='))
    return { ...success, user: user.slice(0, longestName) }
  const [wrong, times] = /^(\d{1,3}) incorrect password attempts? ; /.exec(text) ?? []
  const isRefused = /^(?:user NOT in sudoers|command not allowed) ; /.test(text)
  if (wrong === undefined && !isRefused) return undefined
  return {
    ...failure,
    user: user.slice(0, longestName),
    ...(wrong !== undefined && { method: 'password' }),
    ...(times !== undefined && times !== '1' && { times: Number(times) }),
  }
}

/** `(to root) alice on pts/1` and `FAILED SU (to root) alice on pts/1` (util-linux), `Successful su for root by alice` (shadow), `'su root' failed for alice on …` (BSD). */
export const su: Phrases = (message) => {
  const [, failed, target] = /^(FAILED SU )?\(to ([^)]{1,255})\) /.exec(message) ?? []
  if (target !== undefined)
    return { ...(failed === undefined ? success : failure), user: target, method: 'password' }
  const [, word, whom = ''] = /^(Successful|FAILED) su for (\S{1,255}) by /.exec(message) ?? []
  if (word !== undefined)
    return { ...(word === 'FAILED' ? failure : success), user: whom, method: 'password' }
  const [, account, how] = /^(?:BAD SU |BOM)?'su ([^']{1,255})' (failed|succeeded) for /.exec(message) ?? []
  if (account === undefined) return undefined
  return { ...(how === 'failed' ? failure : success), user: account, method: 'password' }
}

/** A console: util-linux, shadow and busybox each say it in their own way. */
export const login: Phrases = (message) => {
  const [failed, where = ''] =
    /^FAILED LOGIN (?:SESSION )?\(?\d{1,5}\)? (?:on|FROM|from) (\S{1,255}) /.exec(message) ?? []
  if (failed !== undefined) {
    const place = where.startsWith("'") ? (/ from '([^']{1,255})' FOR /.exec(message)?.[1] ?? '') : where
    const user = message.slice(message.lastIndexOf(' FOR ') + 5).replace(/, [A-Z][^,]*$/, '')
    return named(user.replace(/^'|'$/g, ''), normalAddress(place) ?? '', { ...failure, method: 'password' })
  }
  const [wrong] = /^invalid password for '/.exec(message) ?? []
  if (wrong !== undefined) {
    const user = message.slice(wrong.length).replace(/' on '[^']*'(?: from '[^']*')?$/, '')
    return named(user, / from '([^']{1,255})'$/.exec(message)?.[1] ?? '', { ...failure, method: 'password' })
  }
  const [, user, from] = /^LOGIN ON \S{1,255} BY (\S{1,255})(?: FROM (\S{1,255}))?$/.exec(message) ?? []
  if (user !== undefined) return named(user, from ?? '', success)
  return /^ROOT LOGIN {1,2}(?:ON|on) /.test(message) ? { ...success, user: 'root' } : undefined
}

/** Dropbear, the ssh server of OpenWrt (svr-authpasswd.c, svr-authpam.c, svr-authpubkey.c, svr-auth.c). */
export const dropbear: Phrases = (message) => {
  const at = message.lastIndexOf(' from ')
  const from = message
    .slice(at + 6)
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[|\]$/g, '')
  if (at < 0 || !/^\S{1,255}$/.test(from)) return undefined
  const text = message.slice(0, at)
  const [bad] = /^Bad (?:PAM )?password attempt for '/.exec(text) ?? []
  if (bad !== undefined) return named(text.slice(bad.length, -1), from, { ...failure, method: 'password' })
  if (/^Login attempt (?:for nonexistent|with wrong) user/.test(text))
    return named(text.replace(/^[^']*'?|'$/g, ''), from, { ...failure, unknownUser: true })
  const [good, kind = ''] = /^(Password|Pubkey|PAM password) auth succeeded for '/.exec(text) ?? []
  if (good === undefined) return undefined
  const user = text.slice(good.length).replace(/'(?: with (?:\S+ )?key \S+)?$/, '')
  return named(user, from, { ...success, method: kind === 'Pubkey' ? 'publickey' : 'password' })
}

/** LuCI, the web page of OpenWrt: `luci: failed login on /admin for root from 192.168.1.5`. */
export const luci: Phrases = (message) => {
  const [start, word] = /^(?:luci: )?(accepted|failed) login on \S{1,255} for /.exec(message) ?? []
  if (start === undefined) return undefined
  return fromSomewhere(message.slice(start.length), {
    ...(word === 'failed' ? failure : success),
    method: 'password',
  })
}

/**
 * What PAM says for a program that says nothing itself: `…; logname= uid=0 euid=0 tty=x ruser= rhost=1.2.3.4 user=bob`.
 * The name of the user is last and can hold whatever it likes; so can `ruser`, which comes before the last `rhost`.
 */
export const pam: Phrases = (message) => {
  const [start] = /^(?:\(?pam_\w{1,32}\)?(?:\([^)]{0,64}\))?:? )?authentication failure; /.exec(message) ?? []
  if (start === undefined) return undefined
  const fields = ` ${message.slice(start.length)}`
  const host = fields.indexOf(' rhost=')
  const name = host < 0 ? -1 : fields.indexOf(' user=', host)
  const before = name < 0 ? fields : fields.slice(0, name)
  const last = before.lastIndexOf(' rhost=')
  const remote = before.indexOf(' ruser=')
  const from = /^\S{0,255}/.exec(before.slice(last + 7))?.[0] ?? ''
  const user = name < 0 ? before.slice(remote + 7, remote < 0 ? 0 : last) : fields.slice(name + 6).trim()
  return named(user, host < 0 ? '' : from, { ...failure, method: 'password' })
}

/** PAM has let somebody in: `pam_unix(login:session): session opened for user alice(uid=1000) by …`. */
export const session: Phrases = (message) => {
  const [, user] =
    /^pam_unix\([\w-]{1,64}:session\): session opened for user ([^\s(]{1,255})/.exec(message) ?? []
  return user === undefined ? undefined : { ...success, user }
}
