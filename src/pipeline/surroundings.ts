import type { HomeDevice, Person } from '../core/surroundings.ts'
import { pause, within } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import type { Loop } from './supervise.ts'

/** Where it is known who lives here and which device stands where. */
export interface Residents {
  read(): Promise<{ readonly devices: readonly HomeDevice[]; readonly people: readonly Person[] }>
  /** Each one's whereabouts, now and when they change, until `stop`. */
  follow(people: readonly Person[], stop: AbortSignal): AsyncIterable<Person>
}

/** Milliseconds after which names and rooms are read again. */
const longestAge = 600_000

/** The loop that keeps what Home Assistant knows of people, rooms and devices, so that an alert can say it. */
export function toSurroundingsLoop(
  residents: Residents,
  { store, now }: { store: Store; now: () => Date },
): Loop {
  return {
    name: 'surroundings',
    title: 'People and rooms',
    async run(turn) {
      while (!turn.stop.aborted) {
        const known = await residents.read()
        await store.surroundings.replace(known, now())
        turn.ok()
        const end = within(longestAge, turn.stop)
        for await (const person of residents.follow(known.people, end)) {
          await store.surroundings.move(person, now())
          turn.ok({ count: 1 })
        }
        await pause(longestAge, end)
      }
    },
  }
}
