import { send } from './http'

/** What the gateway can tell of traces and log lines, and whether it takes the browser's spans. */
export interface TelemetryState {
  /** Spans are exported. */
  on: boolean
  /** They can be read back here. */
  traces: boolean
  logs: boolean
  /** The browser's own spans are taken. */
  browser: boolean
  store: 'aspire' | 'grafana' | null
}

export type AttributeValue = string | number | boolean | null

export interface SpanReference {
  traceId: string
  spanId: string
}

export interface Span extends SpanReference {
  /** Null at the beginning of a trace. */
  parentId: string | null
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  service: string
  cluster: string | null
  pod: string | null
  /** ISO 8601, to the microsecond. */
  startTime: string
  durationMs: number
  status: 'unset' | 'ok' | 'error'
  statusMessage: string | null
  attributes: Record<string, AttributeValue>
  /** Spans of other traces that this one belongs with. */
  links: SpanReference[]
  events: { name: string; time: string; attributes: Record<string, AttributeValue> }[]
}

export interface Trace {
  traceId: string
  dashboardUrl: string | null
  /** More spans may be on their way. */
  partial: boolean
  /** The trace is sampled out, and only processes that met an error have kept their spans of it. */
  reason: 'errorOnly' | null
  /** By start; those of linked traces are among them. */
  spans: Span[]
}

/** Why there is no trace to show. */
export const absences = ['sampledOut', 'tooOld', 'unknown', 'off', 'unavailable'] as const
export type Absence = (typeof absences)[number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogLine {
  time: string
  level: LogLevel
  service: string
  cluster: string | null
  pod: string | null
  category: string | null
  message: string
  traceId: string | null
  spanId: string | null
  attributes: Record<string, AttributeValue>
}

/** What is left out is not filtered by. */
export interface LogFilter {
  service?: string | undefined
  cluster?: string | undefined
  /** At least this one. */
  level?: string | undefined
  traceId?: string | undefined
  limit?: number
}

/** The filter as a query; empty fields are left out. */
export function queryOf(filter: object): string {
  const query = new URLSearchParams(Object.entries(filter).flatMap(([name, value]) => (value ? [[name, String(value)]] : []))).toString()
  return query && `?${query}`
}

export const getTelemetry = () => send<TelemetryState>('GET', '/api/telemetry', { anonymous: true })
export const getTrace = (id: string) => send<Trace>('GET', `/api/telemetry/traces/${encodeURIComponent(id)}`)
/** The page reads these by itself: no dialog comes up when the session has ended. */
export const getLogLines = (filter: LogFilter) =>
  send<{ items: LogLine[] }>('GET', `/api/telemetry/logs${queryOf(filter)}`, { anonymous: true })
