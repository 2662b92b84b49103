import { isIP } from 'node:net'
import { UnavailableError } from '../core/errors.ts'
import { ask } from '../core/http.ts'
import { isPrivate } from './ordinary.ts'

/** A list as its server gave it. */
export interface Fetched {
  readonly text: string
  /** The server's mark of this edition. */
  readonly etag?: string
}

const limits = { bytes: 20_000_000, milliseconds: 60_000, redirects: 3 }

/**
 * The list at an address: at most 20 MB within 60 s, over at most three redirects, none of which leads from the
 * internet into the home. `unchanged` when it is still the edition `etag`. Throws `UnavailableError` otherwise.
 */
export async function fetchList(
  address: string,
  { etag, stop }: { readonly etag: string | undefined; readonly stop: AbortSignal },
): Promise<Fetched | 'unchanged'> {
  let url = new URL(address)
  for (let hops = 0; hops <= limits.redirects; hops += 1) {
    const { status, headers, body } = await ask(url, {
      stop,
      timeout: limits.milliseconds,
      limit: limits.bytes,
      redirect: 'manual',
      headers: { 'user-agent': 'hearthwarden', ...(etag !== undefined && { 'if-none-match': etag }) },
    })
    if (status === 304 && etag !== undefined) return 'unchanged'
    if (status === 200) {
      const mark = headers.get('etag')
      return { text: body, ...(mark !== null && { etag: mark }) }
    }
    const next = URL.parse(headers.get('location') ?? '', url)
    if (status < 300 || status > 399 || next === null)
      throw new UnavailableError(`${url.host} answers ${status}: check the list's address`)
    if (!mayLead(url, next))
      throw new UnavailableError(`${url.host} redirects to where a list cannot be: check the list's address`)
    url = next
  }
  throw new UnavailableError(`${url.host} redirects too often: check the list's address`)
}

/** Whether a redirect may be followed: never out of HTTP, and never from the internet into the home. */
export function mayLead(from: URL, to: URL): boolean {
  return /^https?:$/.test(to.protocol) && (isAtHome(from) || !isAtHome(to))
}

function isAtHome({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0
    ? !host.includes('.') || /\.(?:local|lan|home|internal|arpa)$/.test(host)
    : isPrivate(host)
}
