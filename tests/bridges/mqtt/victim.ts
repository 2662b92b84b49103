import { makeHouse, makeState } from '../house.ts'
import { runBridge } from '../run.ts'

/** The bridge in a process of its own, for a test to kill: `node victim.ts ADDRESS`. */
await runBridge({ address: process.argv[2] }, makeHouse(makeState())).done
