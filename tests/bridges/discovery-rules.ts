import * as z from 'zod'

/** Home Assistant's rules for one component of a device payload, as strict as it is. */
const common = {
  unique_id: z.string().regex(/^hearthwarden_[a-z0-9]{8}_[a-z0-9_]+$/),
  name: z.string().min(1).max(255),
  icon: z.string().startsWith('mdi:').optional(),
  entity_category: z.enum(['config', 'diagnostic']).optional(),
}
const topic = z.string().regex(/^[a-zA-Z0-9_/-]+$/)
const id = (platform: string) => z.string().regex(new RegExp(`^${platform}\\.hearthwarden_[a-z0-9_]+$`))

const sensor = z.strictObject({
  ...common,
  platform: z.literal('sensor'),
  default_entity_id: id('sensor'),
  state_topic: topic,
  json_attributes_topic: topic.optional(),
  device_class: z.enum(['enum', 'timestamp', 'temperature', 'duration']).optional(),
  options: z.array(z.string()).min(1).optional(),
  state_class: z.enum(['measurement', 'total_increasing']).optional(),
  unit_of_measurement: z.string().min(1).optional(),
  suggested_display_precision: z.int().optional(),
  entity_category: z.literal('diagnostic').optional(),
})

const component = z.discriminatedUnion('platform', [
  sensor,
  z.strictObject({
    ...common,
    platform: z.literal('binary_sensor'),
    default_entity_id: id('binary_sensor'),
    state_topic: topic,
    json_attributes_topic: topic.optional(),
    device_class: z.enum(['safety', 'problem', 'connectivity']),
    entity_category: z.literal('diagnostic').optional(),
  }),
  z.strictObject({
    ...common,
    platform: z.literal('event'),
    default_entity_id: id('event'),
    state_topic: topic,
    event_types: z.array(z.string()).min(1),
  }),
  z.strictObject({
    ...common,
    platform: z.literal('button'),
    default_entity_id: id('button'),
    command_topic: topic,
  }),
  z.strictObject({
    ...common,
    platform: z.literal('switch'),
    default_entity_id: id('switch'),
    state_topic: topic,
    command_topic: topic,
    json_attributes_topic: topic.optional(),
  }),
  z.strictObject({
    ...common,
    platform: z.literal('select'),
    default_entity_id: id('select'),
    state_topic: topic,
    command_topic: topic,
    options: z.array(z.string()).min(1),
  }),
])

/** A whole device payload: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
export const devicePayload = z
  .strictObject({
    device: z.strictObject({
      identifiers: z.array(z.string()).min(1),
      name: z.string().min(1),
      manufacturer: z.string(),
      model: z.string(),
      sw_version: z.string(),
    }),
    origin: z.strictObject({ name: z.string().min(1), sw_version: z.string() }),
    availability: z.array(z.strictObject({ topic })).length(1),
    qos: z.literal(1),
    components: z.record(z.string().regex(/^[a-zA-Z0-9_-]+$/), component),
  })
  .superRefine(({ device, components }, context) => {
    const all = Object.values(components)
    if (new Set(all.map((one) => one.unique_id)).size < all.length)
      context.addIssue('a unique_id stands twice')
    for (const one of all) {
      if (one.name.toLowerCase().startsWith(device.name.toLowerCase()))
        context.addIssue(`${one.name} repeats the device`)
      if (one.platform !== 'sensor') continue
      const isEnum = one.device_class === 'enum'
      if (isEnum !== (one.options !== undefined)) context.addIssue(`${one.name}: options belong to an enum`)
      if (
        (isEnum || one.device_class === 'timestamp') &&
        (one.state_class ?? one.unit_of_measurement) !== undefined
      )
        context.addIssue(`${one.name}: neither unit nor state class`)
      if (one.device_class === 'temperature' && one.unit_of_measurement !== '°C')
        context.addIssue(`${one.name}: a temperature has a unit`)
    }
  })
