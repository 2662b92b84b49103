import { writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import assignments from 'oui-data' with { type: 'json' }

// Makes src/store/vendors.bin, the table of who was assigned which MAC prefix: `node addon/vendors.ts`, by hand, when the
// package has a newer edition. The form of the table stands in src/store/vendors.ts.

/** Characters of a name. */
const longest = 32
/** Prefixes in a block: one is read for each look, and longer ones pack better. */
const blockRows = 1024
/** They say nothing of a maker. */
const nobody = new Set(['Private', 'IEEE Registration Authority'])
/** So many have them that they tell nobody apart. */
const legalForms =
  /[\s,.]+(?:inc|incorporated|corp|corporate|corporation|co|company|ltd|limited|llc|gmbh|ag|bv|b\.v|sa|s\.a|sas|srl|s\.r\.l|spa|s\.p\.a|oy|ab|as|a\/s|kg|plc|pty|pte|pvt)\b\.?(?=[\s,.]|$)/gi

/** The first line of an assignment without its legal form; the lines after it are an address. */
function toName(assignment: string): string {
  const [first = ''] = assignment.split('\n')
  const bare = toLine(first.replaceAll(/\(.*?\)/g, '').replaceAll(legalForms, ''))
  return (bare === '' ? toLine(first) : bare).slice(0, longest).trim()
}

function toLine(text: string): string {
  return text.replaceAll(/[\s,\p{C}]+/gu, ' ').trim()
}

const rows = Object.entries(assignments)
  .map(([prefix, assignment]) => ({ prefix: prefix.toLowerCase(), name: toName(assignment) }))
  .filter(({ name }) => name !== '' && !nobody.has(name))
  .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))

const blocks: { first: string; text: string; rows: number }[] = []
let before = ''
for (const { prefix, name } of rows) {
  const first = prefix.slice(0, 6)
  const line = `${prefix} ${name}\n`
  const block = blocks.at(-1)
  if (block && (block.rows < blockRows || first === before)) {
    block.text += line
    block.rows += 1
  } else blocks.push({ first, text: `\n${line}`, rows: 1 })
  before = first
}

const packed = blocks.map(({ text }) =>
  brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_LGWIN]: 16 },
  }),
)
const head = Buffer.alloc(4 + 6 * blocks.length)
head.writeUInt32BE(blocks.length)
let end = head.length
for (const [index, { first }] of blocks.entries()) {
  end += packed[index]?.length ?? 0
  head.writeUIntBE(Number.parseInt(first, 16), 4 + 6 * index, 3)
  head.writeUIntBE(end, 7 + 6 * index, 3)
}
await writeFile(new URL('../src/store/vendors.bin', import.meta.url), Buffer.concat([head, ...packed]))
process.stdout.write(`${rows.length} prefixes in ${blocks.length} blocks, ${end} bytes\n`)
