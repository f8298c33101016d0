import { send } from './http'
import type { ServiceName, Weights } from './traffic'
import type { Narrow, Schemas } from './schemas'

/** What a service's requests of one step of time came to. */
export type HistoryPoint = Narrow<Gateway['HistoryPoint'], { weights: Weights | null }>

export const markKinds = [
  'weights', 'fault', 'canary', 'resilience', 'yaml', 'undo', 'hand', 'drill', 'outage', 'rollout', 'stale',
] as const

/** Something that happened, to be seen beside the requests. */
export type Mark = Narrow<Gateway['Mark'], {
  service: ServiceName | null
  detail: Record<string, string | number | boolean | null>
}>

export type History = Narrow<Gateway['HistoryReport'], {
  services: { service: ServiceName; points: HistoryPoint[] }[]
  marks: Mark[]
}>

type Gateway = Schemas['gateway']

export const getHistory = (minutes: number) =>
  send<History>('GET', `/api/traffic/history?minutes=${minutes}`, { anonymous: true })
