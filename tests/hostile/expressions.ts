/** A regular expression as it stands in a source text. */
export interface Found {
  readonly line: number
  readonly source: string
  readonly flags: string
}

/** After one of these a slash begins an expression; after a word or a closing bracket it divides. */
const before = /(?:^|[=(,:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|in|of|void|await|yield|else))$/

/** Every regular expression that a TypeScript file writes down, found by walking over its comments, strings and templates. */
export function expressionsIn(code: string): Found[] {
  const found: Found[] = []
  /** For each template that is open, how many braces are open inside its `${`. */
  const braces: number[] = []
  let last = ''
  let at = code.startsWith('#!') ? code.indexOf('\n') : 0

  function skipTo(end: number, seen: string): void {
    at = end
    last = seen
  }

  while (at < code.length) {
    const character = code.charAt(at)
    const next = code.charAt(at + 1)
    if (/\s/.test(character)) at += 1
    else if (character === '/' && next === '/') at = endOr(code.indexOf('\n', at), code)
    else if (character === '/' && next === '*') at = endOr(code.indexOf('*/', at) + 2, code)
    else if (character === "'" || character === '"') skipTo(endOfString(code, at + 1, character), "'")
    else if (character === '`' || (character === '}' && braces.at(-1) === 0)) {
      if (character === '}') braces.pop()
      const end = endOfTemplate(code, at + 1)
      if (code.startsWith('${', end - 2)) braces.push(0)
      skipTo(end, code.startsWith('${', end - 2) ? '{' : "'")
    } else if (character === '/' && before.test(last)) {
      const end = endOfExpression(code, at + 1)
      const flags = /[a-z]*/.exec(code.slice(end))?.[0] ?? ''
      const line = code.slice(0, at).split('\n').length
      found.push({ line, source: code.slice(at + 1, end - 1), flags })
      skipTo(end + flags.length, "'")
    } else {
      const word = /^[\w$]+/.exec(code.slice(at, at + 100))?.[0] ?? character
      if (character === '{' && braces.length > 0) braces.push((braces.pop() ?? 0) + 1)
      if (character === '}' && braces.length > 0) braces.push((braces.pop() ?? 0) - 1)
      skipTo(at + word.length, word)
    }
  }
  return found
}

function endOr(index: number, code: string): number {
  return index < 2 ? code.length : index
}

/** After the closing quote. */
function endOfString(code: string, from: number, quote: string): number {
  let at = from
  while (at < code.length && code[at] !== quote) at += code[at] === '\\' ? 2 : 1
  return at + 1
}

/** After the closing backtick, or after the `${` that comes first. */
function endOfTemplate(code: string, from: number): number {
  let at = from
  while (at < code.length && code[at] !== '`' && !code.startsWith('${', at)) at += code[at] === '\\' ? 2 : 1
  return at + (code[at] === '`' ? 1 : 2)
}

/** After the closing slash. */
function endOfExpression(code: string, from: number): number {
  let isInClass = false
  let at = from
  while (at < code.length && (isInClass || code[at] !== '/')) {
    if (code[at] === '[') isInClass = true
    if (code[at] === ']') isInClass = false
    at += code[at] === '\\' ? 2 : 1
  }
  return at + 1
}
