import { send } from './http'
import type { Narrow, Schemas } from './schemas'

/** What the gateway can tell of traces and log lines, and whether it takes the browser's spans. */
export type TelemetryState = Narrow<Gateway['TelemetryState'], { store: 'aspire' | 'grafana' | null }>

export type AttributeValue = string | number | boolean | null

export type SpanReference = Gateway['SpanLink']

export type Span = Narrow<Gateway['TraceSpan'], {
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  status: 'unset' | 'ok' | 'error'
  startTime: string
  attributes: Record<string, AttributeValue>
  events: { name: string; time: string; attributes: Record<string, AttributeValue> }[]
}>

export type Trace = Narrow<Gateway['TraceAnswer'], { reason: 'errorOnly' | null; spans: Span[] }>

/** Why there is no trace to show. */
export const absences = ['sampledOut', 'tooOld', 'unknown', 'off', 'unavailable'] as const
export type Absence = (typeof absences)[number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

export type LogLine = Narrow<Gateway['LogLine'], {
  time: string
  level: LogLevel
  attributes: Record<string, AttributeValue>
}>

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

type Gateway = Schemas['gateway']
