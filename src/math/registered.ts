import { parse } from 'tldts'

/** Where a name stands in the world's names. */
export interface Registered {
  /** The part that somebody chose: of `www.example.co.uk`, `example`; empty where there is none. */
  readonly label: string
  /**
   * `own`: registered by somebody. `shared`: given out by a CDN, cloud or other host. `none`: nobody registers it, such
   * as `nas.local`, `printer.lan`, an address or a reverse lookup.
   */
  readonly standing: 'own' | 'shared' | 'none'
}

/** Suffixes below which anybody gets any name of his choice, at once and for nothing: malware has used all of these. */
const dynamicDns = new Set(
  (
    'ddns.net hopto.org zapto.org sytes.net no-ip.org no-ip.biz no-ip.info myftp.org myftp.biz serveftp.com ' +
    'servehttp.com redirectme.net duckdns.org dynu.net dyndns.org dnsalias.com mooo.com chickenkiller.com ' +
    'strangled.net bazar coin emc lib'
  ).split(' '),
)

/** Looks a name up in the public suffix list, private suffixes included, and in the suffixes of dynamic DNS. */
export function registered(name: string): Registered {
  const { domainWithoutSuffix, publicSuffix, isIcann, isPrivate, isIp } = parse(name, {
    allowPrivateDomains: true,
  })
  const label = domainWithoutSuffix ?? ''
  const suffix = publicSuffix ?? ''
  if (label === '' || isIp === true || suffix.endsWith('arpa')) return { label, standing: 'none' }
  if (dynamicDns.has(suffix)) return { label, standing: 'own' }
  if (isPrivate === true) return { label, standing: 'shared' }
  return { label, standing: isIcann === true ? 'own' : 'none' }
}
