import {
  type AddCommand,
  type Common,
  claimColumns,
  namesOf,
  since,
  toNumber,
  toWords,
  until,
  withHouse,
} from './cli-house.ts'
import { showResult, toLocal } from './cli-print.ts'
import { toSummary, toWhat } from './cli-state.ts'
import { alertStatuses } from './core/alert.ts'
import { healthWords, notNeeded } from './core/health.ts'
import { eventKinds } from './core/observation.ts'
import { severities } from './core/severity.ts'

/** Kinds that come by the clock, or are about this program: shown when they are named. */
const measured: readonly string[] = ['reading', 'health']

/** Commands that look and change nothing. */
export function addLooking(command: AddCommand): void {
  command('status', 'the state of the house')
    .option('--all', 'how each part of the program is, too')
    .action((given: Common & { all?: boolean }) =>
      withHouse(given, async ({ client, print }) => {
        const { state, ...about } = await client.status()
        print.one({ ...about, state }, toSummary({ ...about, state }))
        if (given.json || !given.all) return
        print.rows(
          state.health,
          {
            Part: (row) => row.loop,
            State: (row) => (row.coveredBy === undefined ? healthWords[row.state] : notNeeded),
            Since: (row) => toLocal(row.since),
            Why: toWhy,
          },
          'No part runs',
        )
      }),
    )

  command('alerts', 'what people are told')
    .option(
      '--status <words>',
      'open, acknowledged, expected, closed; several with commas',
      toWords(alertStatuses),
    )
    .option('--severity <words>', 'none, low, medium, high; several with commas', toWords(severities))
    .option('--limit <number>', 'how many', toNumber, 50)
    .addOption(since())
    .action((given: Common & { status?: string; severity?: string; since?: string; limit: number }) =>
      withHouse(given, async ({ client, print }) => {
        const { status, severity, since: from, limit } = given
        const rows = await client.alerts({
          ...(status && { status }),
          ...(severity && { severity }),
          ...(from && { since: from }),
          limit,
        })
        print.rows(
          rows,
          {
            Id: (row) => row.id,
            When: (row) => toLocal(row.updatedAt),
            Severity: (row) => row.severity,
            Status: (row) => row.status,
            Device: (row) => row.deviceName,
            What: (row) => row.verdict?.reason ?? row.title,
          },
          'No alerts',
        )
      }),
    )

  command('signals', 'what detectors claimed')
    .option('--detector <name>', 'of this detector alone')
    .option('--device <name>', 'of this device alone')
    .option('--limit <number>', 'how many', toNumber, 50)
    .addOption(since())
    .action((given: Common & { detector?: string; device?: string; since?: string; limit: number }) =>
      withHouse(given, async ({ client, print }) => {
        const { detector, device, since: from, limit } = given
        const name = await namesOf(client)
        const rows = await client.signals({
          ...(detector && { detector }),
          ...(device && { device }),
          ...(from && { since: from }),
          limit,
        })
        print.rows(rows, { Id: (row) => row.id, ...claimColumns(name) }, 'No signals')
      }),
    )

  command('devices', 'things on the network').action((given: Common) =>
    withHouse(given, async ({ client, print }) => {
      print.rows(
        await client.devices(),
        {
          Id: (row) => row.id,
          Name: (row) => row.name,
          Address: (row) => row.addresses[0],
          MAC: (row) => row.macs[0],
          Maker: (row) => row.vendor,
          Seen: (row) => toLocal(row.lastSeen),
        },
        'No devices yet',
      )
    }),
  )

  command('events', 'what was seen, the newest first')
    .option(
      '--kind <words>',
      `${eventKinds.join(', ')}; several with commas (without it all but ${measured.join(' and ')}, which are many)`,
      toWords(eventKinds),
    )
    .option('--device <name>', 'of this device alone')
    .option('--text <text>', 'with this in a name or value')
    .option('--limit <number>', 'how many', toNumber, 50)
    .addOption(since())
    .addOption(until())
    .action(
      (
        given: Common & {
          kind?: string
          device?: string
          text?: string
          since?: string
          until?: string
          limit: number
        },
      ) =>
        withHouse(given, async ({ client, print }) => {
          const { kind, device, text, since: from, until: to, limit } = given
          const name = await namesOf(client)
          const rows = await client.events({
            kinds: kind?.split(',') ?? eventKinds.filter((one) => !measured.includes(one)),
            ...(device && { device }),
            ...(text && { text }),
            ...(from && { since: from }),
            ...(to && { until: to }),
            limit,
          })
          print.rows(
            rows,
            {
              When: (row) => toLocal(row.at),
              Kind: (row) => row.kind,
              Device: (row) => name(row.device),
              What: toWhat,
            },
            'No events',
          )
        }),
    )

  command('stats', 'how much is stored').action((given: Common) =>
    withHouse(given, async ({ client, print }) => {
      const stats = await client.stats()
      if (given.json) return print.one(stats, '')
      print.rows(
        stats.kinds.filter(({ rows }) => rows > 0),
        {
          Kind: (row) => row.kind,
          Rows: (row) => row.rows,
          Oldest: (row) => toLocal(row.oldest),
          Newest: (row) => toLocal(row.newest),
        },
        'Nothing is stored yet',
      )
      print.note(
        `Database ${Math.round(stats.size.database / 1e6)} MB, its log ${Math.round(stats.size.wal / 1e6)} MB, free on the disk ${Math.round(stats.size.free / 1e9)} GB`,
      )
    }),
  )

  command('baseline', 'what is normal')
    .option('--device <name>', 'of this device alone')
    .action((given: Common & { device?: string }) =>
      withHouse(given, async ({ client, print }) => {
        const name = await namesOf(client)
        const rows = await client.baselines(given.device ? { device: given.device } : {})
        print.rows(
          rows,
          {
            Device: (row) => name(row.device),
            Subject: (row) => row.subject,
            Samples: (row) => row.count,
            Median: (row) => row.median,
            MAD: (row) => row.mad,
            Mean: (row) => row.mean.toFixed(1),
            Deviation: (row) => row.deviation.toFixed(1),
            Unit: (row) => row.unit,
          },
          'Nothing is learned yet: the first hour must end',
        )
      }),
    )

  command('recap', 'the newest daily summary')
    .option('--now', 'make and tell one now')
    .action((given: Common & { now?: boolean }) =>
      withHouse(given, async ({ client, print }) => {
        if (given.now) return showResult(await client.ask({ kind: 'recap' }), print)
        const [recap] = await client.recaps({ limit: 1 })
        if (recap === undefined)
          return print.note('No recap yet: one is made each day at recap.time, and at once with --now')
        if (given.json) return print.one(recap, '')
        print.one(recap, `${recap.id}: ${recap.headline}`)
        print.rows(
          recap.alerts,
          {
            Severity: (row) => row.severity,
            Device: (row) => row.deviceView.name,
            What: (row) => row.verdict?.reason ?? row.title,
          },
          'No alerts',
        )
        print.rows(
          recap.values,
          {
            Device: (row) => row.device,
            Subject: (row) => row.subject,
            Value: (row) => row.value,
            Usual: (row) => row.usual,
            Unit: (row) => row.unit,
          },
          'No values',
        )
      }),
    )

  command('check', 'options, rights and partners: what is there, or what to do').action((given: Common) =>
    withHouse(given, async ({ client, print }) => {
      const rows = (await client.checks()).flatMap(({ checks, plugin, title, coveredBy }) =>
        coveredBy === undefined
          ? checks.map((check) => ({ plugin, title, ...check, mark: toMark(check) }))
          : { plugin, title, ok: true, message: toWhy({ coveredBy }), mark: notNeeded },
      )
      print.rows(
        rows,
        { '': (row) => row.mark, Part: (row) => row.title, Finding: (row) => row.message },
        'Nothing to check',
      )
      if (rows.some(({ ok }) => !ok)) process.exitCode = 1
    }),
  )
}

/** Why it is as it is. */
function toWhy({ reason, coveredBy }: { reason?: string | undefined; coveredBy?: string | undefined }) {
  return coveredBy === undefined ? reason : `“${coveredBy}” does the same here`
}

/** The same words as on the page. */
function toMark({ ok, optional = false }: { ok: boolean; optional?: boolean | undefined }): string {
  return healthWords[ok ? (optional ? 'off' : 'ok') : 'blocked']
}
