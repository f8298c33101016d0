import { send } from './http'
import type { ServiceName, Weights } from './traffic'

/** What a service's requests of one step of time came to. */
export interface HistoryPoint {
  /** When it begins, in seconds since 1970. */
  time: number
  total: number
  /** Drawn by weight and answered where the draw fell. */
  drawn: Record<string, number>
  /** Ended with 5xx, or not answered by a pod. */
  errors: number
  p50Ms: number | null
  p95Ms: number | null
  weights: Weights | null
}

export const markKinds = [
  'weights', 'fault', 'canary', 'resilience', 'yaml', 'undo', 'hand', 'drill', 'outage', 'rollout', 'stale',
] as const

/** Something that happened, to be seen beside the requests. */
export interface Mark {
  id: number
  time: string
  kind: (typeof markKinds)[number]
  /** Null when it concerns all. */
  service: ServiceName | null
  cluster: string | null
  /** Null when nobody is known: by hand, or by itself. */
  user: string | null
  /** What changed, such as `{"ctx1":90,"ctx2":10}`. */
  detail: Record<string, string | number | boolean | null>
  resource: { kind: string; namespace: string; name: string } | null
  /** The resource's versions before and after. */
  before: string | null
  version: string | null
}

export interface History {
  from: string
  to: string
  stepSeconds: number
  services: { service: ServiceName; points: HistoryPoint[] }[]
  marks: Mark[]
}

export const getHistory = (minutes: number) =>
  send<History>('GET', `/api/traffic/history?minutes=${minutes}`, { anonymous: true })
