import { send } from './http'

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
}

export interface CallLog {
  /** False while the store behind it is off or away. */
  available: boolean
  items: LoggedCall[]
}

export interface Statistics {
  windows: {
    minutes: number
    requests: number
    requestsPerMinute: number
    errors: number
    p95Ms: number | null
    paths: { path: string; requests: number }[]
  }[]
  dropped: { redis: number; kafka: number; unreadable: number }
}

export type LogStore = 'redis' | 'kafka'

export const getLog = (store: LogStore) => send<CallLog>('GET', `/api/logs/${store}`)
export const getStatistics = () => send<Statistics>('GET', '/api/logs/stats')
