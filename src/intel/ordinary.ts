import { BlockList, isIPv6 } from 'node:net'
import { getDomain } from 'tldts'
import type { Indicator } from '../core/indicator.ts'

/** Domains that half the world's devices ask for; on a threat list they are a mistake, or the host of one bad page. */
const everyday = new Set(
  (
    'google.com googleapis.com gstatic.com googleusercontent.com youtube.com ytimg.com gmail.com ggpht.com gvt1.com ' +
    'apple.com icloud.com mzstatic.com microsoft.com windows.com windowsupdate.com office.com office365.com live.com ' +
    'outlook.com sharepoint.com bing.com msn.com skype.com azure.com amazon.com amazonaws.com cloudfront.net ' +
    'akamai.net akamaized.net akamaiedge.net cloudflare.com cloudflare-dns.com fastly.net facebook.com fbcdn.net ' +
    'instagram.com whatsapp.com whatsapp.net netflix.com nflxvideo.net spotify.com twitter.com x.com linkedin.com ' +
    'reddit.com wikipedia.org wikimedia.org github.com githubusercontent.com gitlab.com bitbucket.org dropbox.com ' +
    'dropboxusercontent.com mozilla.org mozilla.com firefox.com debian.org ubuntu.com kernel.org docker.com docker.io ' +
    'home-assistant.io nabucasa.com telegram.org t.me discord.com discordapp.com ' +
    'zoom.us slack.com adobe.com samsung.com sonos.com philips.com signify.com ikea.com tuya.com xiaomi.com ' +
    'letsencrypt.org digicert.com ntp.org yahoo.com ebay.com paypal.com bit.ly tinyurl.com archive.org mediafire.com'
  ).split(' '),
)

/** Resolvers that devices are told to use. */
const resolvers = new Set(
  '1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 2606:4700:4700::1111 2606:4700:4700::1001 2001:4860:4860::8888 2001:4860:4860::8844 2620:fe::fe'.split(
    ' ',
  ),
)

/** What no list can mean: an everyday name, a suffix that thousands share, a resolver, an address of a home or of nowhere. */
export function isOrdinary({ type, value }: Pick<Indicator, 'type' | 'value'>): boolean {
  if (type === 'network') return isPrivate(value.slice(0, value.indexOf('/')))
  if (type === 'address') return resolvers.has(value) || isPrivate(value)
  const domain = getDomain(value, { allowPrivateDomains: true })
  return domain === null || everyday.has(domain)
}

/** Whether an address belongs to a home, a machine itself, a group or nobody. */
export function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const privateRanges = toBlockList(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3 ' +
    '::/127 fc00::/7 fe80::/10 ff00::/8',
)

function toBlockList(networks: string): BlockList {
  const list = new BlockList()
  for (const network of networks.split(' ')) {
    const [base = '', bits] = network.split('/')
    list.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4')
  }
  return list
}
