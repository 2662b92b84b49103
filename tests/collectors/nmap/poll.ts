import nmap from '../../../src/collectors/nmap.ts'
import { collect, contextOf } from '../collecting.ts'

// Runs inside a network namespace of its own, and prints what the collector sees there.
const [given = '{}', cursor] = process.argv.slice(2)
const options = nmap.options.parse(JSON.parse(given))
const saved = cursor === undefined ? undefined : nmap.cursor.parse(JSON.parse(cursor))
const found = await collect(nmap, { options, cursor: saved })
process.stdout.write(JSON.stringify({ ...found, check: await nmap.check(contextOf(options)) }))
