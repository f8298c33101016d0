import { send } from './http'
import { queryOf, type LogFilter } from './telemetry'

export interface LoggedCall {
  id: string | number
  time: string
  user: string | null
  method: string
  path: string
  status: number
  durationMs: number
  service: string
  cluster: string | null
  pod: string | null
  traceId: string
  /** `mesh`: no service was asked, or none answered. */
  answeredBy: 'service' | 'mesh'
  /** Envoy's response flags, where the mesh answered. */
  flags: string | null
}

export interface CallLog {
  /** False while the store behind it is off or away. */
  available: boolean
  items: LoggedCall[]
}

export interface Statistics {
  /** Where the calls are counted: in what came through Kafka, or, without Kafka, in Redis. */
  source: 'kafka' | 'redis'
  windows: {
    minutes: number
    requests: number
    requestsPerMinute: number
    errors: number
    /** Those of the errors that the mesh answered itself. */
    meshErrors: number
    p95Ms: number | null
    paths: { path: string; requests: number }[]
  }[]
  dropped: { redis: number; kafka: number; unreadable: number }
}

export type LogStore = 'redis' | 'kafka'

/** What is left out is not filtered by. */
export interface CallFilter extends LogFilter {
  /** `false` leaves pings out. */
  pings?: 'false' | undefined
}

/** A call of the page's own log reads is a request like any other; `traced` is told which. */
export type Traced = (traceId: string) => void

// The page reads these by itself: when the session has ended, no dialog may come up over what somebody is doing.
export const getLog = (store: LogStore, filter: CallFilter, traced: Traced) =>
  send<CallLog>('GET', `/api/logs/${store}${queryOf(filter)}`, { traced, anonymous: true })
export const getStatistics = ({ pings }: CallFilter, traced: Traced) =>
  send<Statistics>('GET', `/api/logs/stats${queryOf({ pings })}`, { traced, anonymous: true })
