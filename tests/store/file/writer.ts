import { join } from 'node:path'
import * as z from 'zod'
import { openFile } from '../../../src/store/file.ts'

/** Counts on in the file of the folder given, saying each number when it is on the disk, until it is killed. */
const file = await openFile({
  path: join(process.argv[2] ?? '', 'state.json'),
  schema: z.object({ count: z.int(), text: z.string() }),
  empty: { count: 0, text: 'x'.repeat(200_000) },
  now: () => new Date(),
  found: (sentence) => console.error(sentence),
})
for (;;) {
  await file.change((data) => ({ ...data, count: data.count + 1 }))
  console.log(file.data().count)
}
