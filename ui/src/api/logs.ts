import { send } from './http'
import { queryOf, type LogFilter } from './telemetry'
import type { Narrow, Schemas } from './schemas'

export type LoggedCall = Narrow<Schemas['logs']['ApiCall'], { answeredBy: 'service' | 'mesh' }>

export type CallLog = Narrow<Schemas['logs']['CallList'], { items: LoggedCall[] }>

export type Statistics = Narrow<Schemas['logs']['Stats'], { source: 'kafka' | 'redis' }>

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
