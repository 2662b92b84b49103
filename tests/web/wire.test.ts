import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import type {
  alertRowSchema,
  alertStorySchema,
  deviceSchema,
  grantSchema,
  resultSchema,
} from '../../src/api/wire/alerts.ts'
import type { deviceViewSchema } from '../../src/api/wire/devices.ts'
import type { eventSchema } from '../../src/api/wire/events.ts'
import type {
  checkedSchema,
  recapSchema,
  settingSchema,
  stateSchema,
  statusSchema,
} from '../../src/api/wire/house.ts'
import type * as wire from '../../web/wire.ts'

/** What the API promises must be all that the page reads: a difference is an error of the type check. */
interface Promised {
  AlertRow: z.infer<typeof alertRowSchema>
  AlertStory: z.infer<typeof alertStorySchema>
  Device: z.infer<typeof deviceSchema>
  DeviceView: z.infer<typeof deviceViewSchema>
  Grant: z.infer<typeof grantSchema>
  HouseState: z.infer<typeof stateSchema>
  Overview: z.infer<typeof statusSchema>
  PluginChecks: z.infer<typeof checkedSchema>
  Recap: z.infer<typeof recapSchema>
  Result: z.infer<typeof resultSchema>
  Setting: z.infer<typeof settingSchema>
  Sight: z.infer<typeof eventSchema>
}

interface Read {
  AlertRow: wire.AlertRow
  AlertStory: wire.AlertStory
  Device: wire.Device
  DeviceView: wire.DeviceView
  Grant: wire.Grant
  HouseState: wire.HouseState
  Overview: wire.Overview
  PluginChecks: wire.PluginChecks
  Recap: wire.Recap
  Result: wire.Result
  Setting: wire.Setting
  Sight: wire.Sight
}

test('what the page reads is what the API promises', () => {
  const isKept: Promised extends Read ? true : false = true
  assert.equal(isKept, true)
})
