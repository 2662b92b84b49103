import type { Command } from 'commander'
import { judgeNames } from './app-names.ts'
import {
  type AddCommand,
  type Common,
  claimColumns,
  namesOf,
  percent,
  since,
  toNumber,
  until,
  withHouse,
} from './cli-house.ts'
import { importFiles } from './cli-import.ts'
import { makePrinter, showResult } from './cli-print.ts'
import { runDaemon } from './main.ts'

/** Commands that do something. */
export function addWorking(command: AddCommand): void {
  command('run', 'watch, until Ctrl+C')
    .option('--once', 'everything once, then end')
    .action((given: Common & { once?: boolean }) => runDaemon(given, { once: given.once === true }))

  command('acknowledge [alert]', 'say that an alert is known (all open ones when none is named)').action(
    (alert: string | undefined, given: Common) =>
      withHouse(given, async ({ client, print }) =>
        showResult(await client.ask({ kind: 'acknowledge', ...(alert && { alert }) }), print),
      ),
  )

  command('expect <alert>', 'say that what an alert tells of is expected')
    .option('--days <number>', 'for so many days', toNumber, 30)
    .action((alert: string, given: Common & { days: number }) =>
      withHouse(given, async ({ client, print }) =>
        showResult(await client.ask({ kind: 'expect', alert, days: given.days }), print),
      ),
    )

  command('dashboard', 'make a dashboard in Home Assistant, once').action((given: Common) =>
    withHouse(given, async ({ client, print }) => showResult(await client.ask({ kind: 'dashboard' }), print)),
  )

  command('scan', 'look for machines and open ports now').action((given: Common) =>
    withHouse(given, async ({ client, print }) => showResult(await client.ask({ kind: 'scan' }), print)),
  )

  command('collect [name...]', 'one pass of these sources, or of all')
    .option('--learning', 'learn from it and judge nothing')
    .action((names: string[], given: Common & { learning?: boolean }) =>
      withHouse(given, async ({ client, print }) => {
        const rows = await client.collect({ names, learning: given.learning === true })
        print.rows(
          rows,
          { Source: (row) => row.loop, Taken: (row) => row.taken, '': (row) => row.problem },
          'No such source',
        )
        if (rows.some(({ problem }) => problem !== undefined)) process.exitCode = 1
      }),
    )

  command('import <file...>', 'read history through a source’s format, at its own times; never twice')
    .requiredOption('--source <name>', 'the collector whose format it is, such as pihole-log')
    .action((files: string[], given: Common & { source: string }) =>
      withHouse(given, ({ client, print }) => importFiles(files, { source: given.source, client, print })),
    )

  command('replay', 'judge stored events again; tells nobody and stores nothing')
    .option('--detector <name...>', 'these detectors alone')
    .addOption(since())
    .addOption(until())
    .action((given: Common & { detector?: string[]; since?: string; until?: string }) =>
      withHouse(given, async ({ client, print }) => {
        const { detector: detectors, since: from, until: to } = given
        const name = await namesOf(client)
        const rows = await client.replay({
          ...(detectors && { detectors }),
          ...(from && { since: from }),
          ...(to && { until: to }),
        })
        print.rows(rows, claimColumns(name), 'Nothing would be claimed')
      }),
    )

  command('judge', 'ask a detector about a thing that is not stored')
    .command('domain <name...>')
    .description('how made-up names look, and why; - reads them from standard input')
    .option('--json', 'one JSON object a line')
    .action(async (names: string[], _: Common, command: Command) => {
      const given = command.optsWithGlobals<Common>()
      const rows = await judgeNames(names.includes('-') ? process.stdin : names)
      makePrinter({ json: given.json === true }).rows(
        rows,
        {
          Name: (row) => row.name,
          Sure: (row) => percent(row.confidence),
          Why: (row) => row.reasons.join(', '),
        },
        'No names',
      )
    })
}
