import type { Bridge } from '../core/bridge.ts'
import mqtt from './mqtt.ts'

/** The registry: one import and one line for each plugin. */
export const bridges: readonly Bridge[] = [mqtt]
