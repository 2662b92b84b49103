import type { Bridge } from '../core/bridge.ts'
import homeAssistant from './home-assistant.ts'
import mqtt from './mqtt.ts'

/** The registry: one import and one line for each plugin. */
export const bridges: readonly Bridge[] = [homeAssistant, mqtt]
