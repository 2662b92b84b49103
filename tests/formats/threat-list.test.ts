import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toIndicatorValue } from '../../src/formats/indicator-value.ts'
import { indicatorsOf } from '../../src/formats/threat-list.ts'

async function read(lines: readonly string[]) {
  const pieces = await Array.fromAsync(indicatorsOf(lines, 'x'))
  return {
    found: pieces.flatMap(({ indicators }) =>
      indicators.map(({ type, value, label }) => [type, value, label].filter((part) => part).join(' ')),
    ),
    unknown: pieces.reduce((sum, { unknown }) => sum + unknown, 0),
  }
}

/** Forms as their makers write them, shortened; names are made up where the list's licence is not known. */
const forms: Readonly<Record<string, { lines: readonly string[]; found: readonly string[] }>> = {
  'a hosts file': {
    lines: [
      '# Title',
      '127.0.0.1 localhost',
      '0.0.0.0 bad.example.com  worse.example.com # note',
      '::1 localhost',
    ],
    found: ['domain bad.example.com', 'domain worse.example.com'],
  },
  'plain names': {
    lines: ['Bad.Example.COM.', '*.wild.example.com', '.dot.example.com', 'bücher.example.com ; why'],
    found: [
      'domain bad.example.com',
      'domain wild.example.com',
      'domain dot.example.com',
      'domain xn--bcher-kva.example.com',
    ],
  },
  'addresses with ports and counts (ipsum, maltrail)': {
    lines: ['77.90.185.20\t10', '195.201.222.143:8444', '[2001:DB8::0:1]:443', '2001:db8::2'],
    found: ['address 77.90.185.20', 'address 195.201.222.143', 'address 2001:db8::1', 'address 2001:db8::2'],
  },
  'adblock, dnsmasq and unbound': {
    lines: [
      '[Adblock Plus]',
      '! Title',
      '||bad.example.com^$important',
      '@@||good.example.com^',
      'address=/worse.example.com/#',
      'server:',
      'local-zone: "worst.example.com." always_null',
    ],
    found: ['domain bad.example.com', 'domain worse.example.com', 'domain worst.example.com'],
  },
  'Spamhaus DROP, text': {
    lines: ['; Spamhaus DROP List', '1.10.16.0/20 ; SBL256894', '2a12:2640::/29 ', '5.6.7.8/32', '0.0.0.0/0'],
    found: ['network 1.10.16.0/20', 'network 2a12:2640::/29', 'address 5.6.7.8'],
  },
  'Spamhaus DROP, JSON lines; networks by number hold none': {
    lines: [
      '{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}',
      '{"asn":932,"rir":"arin","domain":"xn.net","cc":"US","asname":"XNNET"}',
      '{"type":"metadata","timestamp":1756600000}',
    ],
    found: ['network 1.10.16.0/20'],
  },
  'URLs (OpenPhish)': {
    lines: ['https://login.bad.example.com/a,b?c=http://good.example.com', 'hxxp://bad[.]example[.]org/'],
    found: ['domain login.bad.example.com', 'domain bad.example.org'],
  },
  'URLhaus, header as a comment': {
    lines: [
      '# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter',
      '"3520667","2025-04-21 12:35:06","http://117.209.87.242:60905/bin.sh","online","2025-04-21 12:35:06","malware_download","32-bit,elf,mips,Mozi","https://urlhaus.abuse.ch/url/3520667/","geenensp"',
    ],
    found: ['address 117.209.87.242 malware_download'],
  },
  'URLhaus without its header': {
    lines: [
      '"3520665","2025-04-21 12:26:22","http://117.193.135.231:41129/i","online","","malware_download","elf","https://urlhaus.abuse.ch/url/3520665/","geenensp"',
    ],
    found: ['address 117.193.135.231'],
  },
  ThreatFox: {
    lines: [
      '# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"',
      '"2026-08-30 01:39:33", "1891291", "mbond38982.workers.dev", "domain", "botnet_cc", "php.shin_webshell", "None", "php.shin_webshell", "", "50", "True", "None", "None", "0", "xscon"',
      '"2026-08-30 01:39:33", "1891292", "198.51.100.7:443", "ip:port", "botnet_cc", "win.x", "None", "A ""quoted"" name", "", "50", "True", "None", "None", "0", "xscon"',
    ],
    found: ['domain mbond38982.workers.dev php.shin_webshell', 'address 198.51.100.7 A "quoted" name'],
  },
  'plain CSV with a header': {
    lines: ['ip,domain,category', '198.51.100.9,bad.example.com,botnet'],
    found: ['domain bad.example.com botnet'],
  },
  'Zeek intel': {
    lines: [
      '#fields\tindicator\tindicator_type\tmeta.source\tmeta.do_notice\tmeta.desc',
      'at1.bad.example.com\tIntel::DOMAIN\tDRB-RA\tF\tC2',
      '392c59924103a45553b1e4bd1f5845e42d4f1c9b\tIntel::FILE_HASH\tABUSE-CH\tF\tMALWARE',
    ],
    found: ['domain at1.bad.example.com C2'],
  },
}

for (const [name, { lines, found }] of Object.entries(forms)) {
  test(`reads ${name}`, async () => assert.deepEqual((await read(lines)).found, found))
}

test('what is not understood is counted, and nothing is made of it', async () => {
  const lines = [
    '',
    '# x',
    'hello',
    '<p>sign in</p>',
    '{"broken',
    '||*^',
    'x'.repeat(100_000),
    '-a.example.com',
  ]
  assert.deepEqual(await read(lines), { found: [], unknown: 6 })
})

test('a long list comes in pieces', async () => {
  const lines = Array.from({ length: 12_000 }, (_, n) => `n${n}.example.com`)
  const pieces = await Array.fromAsync(indicatorsOf(lines, 'x'))
  assert.deepEqual(
    pieces.map(({ indicators }) => indicators.length),
    [5000, 5000, 2000],
  )
})

test('no line makes it throw, and every value is one spelling', async () => {
  const word = fc.stringMatching(/^[a-z0-9.:/[\]*,"{}|^# -]{0,40}$/)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string(), word)), async (lines) => {
      for await (const { indicators } of indicatorsOf(lines, 'x')) {
        for (const { type, value } of indicators) assert.deepEqual(toIndicatorValue(value), { type, value })
      }
    }),
    { numRuns: 2000 },
  )
})
