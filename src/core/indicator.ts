/** A name, address or network on a threat list. */
export interface Indicator {
  readonly type: 'domain' | 'address' | 'network'
  /** Lower case; a network as CIDR. A domain stands for its subdomains too. */
  readonly value: string
  /** The list it stands on. */
  readonly list: string
  /** What the list says it is, if it says: `phishing`, a malware's name. */
  readonly label?: string
}
