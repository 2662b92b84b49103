import { isIP } from 'node:net'

/** Characters of a message that are looked at, and of a template that are kept. */
const longest = 1024
const longestTemplate = 240
/** A longer word is none. */
const longestWord = 32

/** Values that say how it went; any other value of a `key=value` is masked. */
const outcomes = new Set(
  'yes no true false on off ok up down success succeeded failed failure error none ssh enabled disabled'.split(
    ' ',
  ),
)
/** What follows them is a name, unless it is one of the words below. */
const beforeNames = new Set('user username account host hostname client ssid essid'.split(' '))
const noNames = new Set(
  'unknown not is was has had name id session sessions logged by from for to in at on with and or manager slice runtime authentication request preauth'.split(
    ' ',
  ),
)
const endings = new Set(
  'com net org io de uk fr nl eu us info biz local lan home arpa internal localdomain'.split(' '),
)

/** `Sun Jul 17 09:44:07 2005`. */
const date =
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d\d:\d\d:\d\d(?: [A-Z]{3,5})?(?: \d{4})?/g

/** What stands between words, one character or more. */
const between = /[\s=,;()[\]{}<>|]+/y
const word = /[^\s=,;()[\]{}<>|]+/y

/**
 * A message with what differs from time to time masked: numbers `<n>`, hexadecimal `<hex>`, addresses `<ip>` and `<mac>`,
 * ids `<id>`, times `<time>`, paths `<path>`, addresses of pages `<url>`, quoted text `<text>`, values `<v>`, names
 * `<name>`. The same message gives the same template for ever. It takes time in proportion to the message's length.
 * What is left are words, most of them the program's own: a stranger's can be among them.
 */
export function templateOf(program: string, message: string): string {
  const text = withoutUser(program, message.slice(0, longest)).replaceAll(date, '00:00:00')
  const parts: string[] = []
  let before = ''
  for (let at = 0; at < text.length;) {
    const gap = takeAt(between, text, at)
    if (gap !== '') {
      parts.push(gap.replaceAll(/\s+/g, ' '))
      at += gap.length
      continue
    }
    const quoted = endOfQuote(text, at)
    const taken = quoted > at ? text.slice(at, quoted) : takeAt(word, text, at)
    const isValue = parts.at(-1)?.endsWith('=') ?? false
    const isNamed = beforeNames.has(before) || text.startsWith('(uid', at + taken.length)
    push(parts, quoted > at ? '<text>' : masked(taken, isValue ? 'value' : isNamed ? 'name' : 'word'))
    before = taken.toLowerCase()
    at += taken.length
  }
  return parts.join('').trim().slice(0, longestTemplate)
}

function takeAt(expression: RegExp, text: string, at: number): string {
  expression.lastIndex = at
  return expression.exec(text)?.[0] ?? ''
}

/** Several of the same beside each other are one. */
function push(parts: string[], part: string): void {
  const isAgain =
    part.startsWith('<') && part.endsWith('>') && parts.at(-2) === part && /^[ ,;]+$/.test(parts.at(-1) ?? '')
  if (isAgain) parts.pop()
  else parts.push(part)
}

/** After the quote that closes the one here; `at` when none begins. An apostrophe inside a word is no quote. */
function endOfQuote(text: string, at: number): number {
  const quote = text[at]
  if (quote !== '"' && quote !== "'" && quote !== '`') return at
  const end = text.indexOf(quote === '`' && !text.includes('`', at + 1) ? "'" : quote, at + 1)
  return end < 0 ? at : end + 1
}

type Place = 'word' | 'value' | 'name'

function masked(text: string, place: Place): string {
  const core = isIP(text) === 0 ? text.replace(/[.,:!?'"]{1,8}$/, '') : text
  const mask = maskOf(core, place)
  return (mask ?? core) + (mask === '<v>' || mask === '<text>' ? '' : text.slice(core.length))
}

/** What stands for a word; undefined: itself. */
function maskOf(text: string, place: Place): string | undefined {
  if (text === '') return undefined
  if (/^[+-]?\d+(?:[.,]\d+){0,3}(?:%|[a-zA-Zµ°/]{1,5})?$/.test(text) && isIP(text) === 0) return '<n>'
  if (isIP(text.replace(/^::ffff:/i, '').replace(/(?:%\w{1,16})?(?:\/\d{1,3})?$/, '')) !== 0) return '<ip>'
  if (/^\[?\d{1,3}(?:\.\d{1,3}){3}(?:[:#]\d{1,5})$/.test(text)) return '<ip>'
  if (/^(?:[\da-f]{2}[:-]){5,19}[\da-f]{2}$/i.test(text)) return '<mac>'
  if (place === 'value') return outcomes.has(text.toLowerCase()) ? undefined : '<v>'
  if (place === 'name' && !noNames.has(text.toLowerCase())) return '<name>'
  if (
    /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:T[\d:.,+Z-]{4,32})?$|^\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?$/.test(
      text,
    )
  )
    return '<time>'
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return '<id>'
  if (/^\d+(?::\d+){1,8}$/.test(text)) return '<n>'
  if (/^(?:0x)?[\da-f]{4,}$/i.test(text) && /\d/.test(text)) return '<hex>'
  if (text.includes('://')) return '<url>'
  if (/^(?:[~.]{0,2}\/.|[A-Za-z]:\\)/.test(text) || text.split('/', 3).length === 3) return '<path>'
  if (/^[^@]{1,255}@[^@]{1,255}$/.test(text) || isDomain(text)) return '<name>'
  return /\d/.test(text) ? withoutNumbers(text) : text.length > longestWord ? '<text>' : undefined
}

/** `api.example.com`; not `session.scope`, `libc.so`. */
function isDomain(text: string): boolean {
  if (!/^[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63}){1,12}\.?$/i.test(text) || !/[a-z]/i.test(text)) return false
  const labels = text.replace(/\.$/, '').split('.')
  const last = labels.at(-1)?.toLowerCase() ?? ''
  return endings.has(last) || (labels.length > 3 && /^[a-z]{2,12}$/.test(last))
}

/** `eth0` is `eth<n>`; what is mostly numbers is an id. */
function withoutNumbers(text: string): string {
  const digits = text.replaceAll(/\D+/g, '').length
  const isId = text.length > longestWord || (digits >= 4 && /\d[a-z]+\d/i.test(text))
  return isId ? '<id>' : text.replaceAll(/\d+/g, '<n>')
}

/** Programs whose lines hold a name of a user that may be a whole sentence. */
const doors = new Set(['sshd', 'sshd-session', 'sshd-auth', 'dropbear', 'login', 'passwd', 'chpasswd'])

/**
 * `Failed password for <name> from …`, `Connection closed by invalid user <name> 1.2.3.4 port …`: up to the last place
 * where the name can end; `FAILED SU (to <name>) <name> on pts/1`.
 */
function withoutUser(program: string, message: string): string {
  if (program === 'su')
    return message.replace(/^((?:FAILED SU )?)\(to [^)]{0,255}\) \S{1,255}/, '$1(to user a) user a')
  if (!doors.has(program)) return message
  const [start] = /^[^']{0,80}?(?:\buser '?|\bfor '?(?:(?:invalid|illegal) user )?)/.exec(message) ?? []
  if (start === undefined) return message
  const port = message.lastIndexOf(' port ')
  const from = message.lastIndexOf(' from ')
  const before = port < 0 ? message.lastIndexOf(' [preauth]') : message.lastIndexOf(' ', port - 1)
  const end = from >= start.length - 1 ? from : before
  if (end >= start.length - 1) return `${start.replace(/'$/, '')}<name>${message.slice(end)}`
  return start.endsWith('for ') && !message.includes(' ', start.length) ? `${start}<name>` : message
}
