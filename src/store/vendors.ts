import { closeSync, openSync, readSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { isLocallyAdministered } from './addresses.ts'

/**
 * Who was assigned which MAC prefix, by the registries of the IEEE (vendors.README.md). `addon/vendors.ts` makes it:
 * four bytes, how many blocks there are; six bytes for each, the first six digits in it and where it ends; the blocks,
 * packed with Brotli: an empty line, and lines of `<prefix> <name>`, in which all prefixes with the same six digits stand together.
 */
const table = new URL('vendors.bin', import.meta.url)

/** Digits of the prefixes that are assigned, the narrowest first. */
const lengths = [9, 7, 6]

/** Bytes of memory for a block: most fit in one piece of it. */
const chunkSize = 32_768

/**
 * Whose make a thing with this MAC (lower case, colons) is; undefined where nobody says. It reads one block of the table
 * and keeps nothing of it: below a millisecond.
 */
export function vendorOf(mac: string): string | undefined {
  if (isLocallyAdministered(mac)) return undefined
  const digits = mac.replaceAll(':', '')
  const lines = linesAround(Number.parseInt(digits.slice(0, 6), 16))
  for (const length of lengths) {
    const start = `\n${digits.slice(0, length)} `
    const found = lines.indexOf(start)
    if (found !== -1) return lines.toString('utf8', found + start.length, lines.indexOf('\n', found + 1))
  }
  return undefined
}

/** The block in which a prefix stands when it stands anywhere. */
function linesAround(prefix: number): Buffer {
  const file = openSync(table, 'r')
  try {
    const count = piece(file, 0, 4).readUInt32BE()
    const index = piece(file, 4, 6 * count)
    let block = 0
    while (block + 1 < count && index.readUIntBE(6 * (block + 1), 3) <= prefix) block += 1
    const begin = block === 0 ? 4 + index.length : index.readUIntBE(6 * block - 3, 3)
    const end = index.readUIntBE(6 * block + 3, 3)
    return brotliDecompressSync(piece(file, begin, end - begin), { chunkSize })
  } finally {
    closeSync(file)
  }
}

function piece(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, at))
}
