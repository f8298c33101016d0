import { shallowReactive } from 'vue'
import type { ServiceConfiguration, TrafficCounts, TrafficRequest } from '../api/traffic'
import { noCounts, nothingSeen, RecentWindow, type Seen } from './recentWindow'

/** What a service's card shows in words and bars. */
export interface ServiceTraffic {
  /** Null until the gateway has told. */
  configuration: ServiceConfiguration | null
  recent: TrafficCounts
  /** The last requests this page has seen, newest first. */
  newest: readonly TrafficRequest[]
  seen: Seen
  /** Requests since the weights last changed under this page's eyes; null if they have not. */
  sinceChange: number | null
}

/** How many requests a card lists. */
const newestShown = 8

/** One service as events tell of it; what is shown follows only when it is published. */
export class FollowedService {
  readonly shown = shallowReactive<ServiceTraffic>({
    configuration: null, recent: noCounts, newest: [], seen: nothingSeen, sinceChange: null,
  })
  readonly window = new RecentWindow()
  readonly listeners = new Set<(request: TrafficRequest) => void>()
  #sinceChange: number | null = null

  add(request: TrafficRequest): void {
    this.window.add(request)
    if (this.#sinceChange !== null) this.#sinceChange++
    if (!document.hidden) for (const listener of this.listeners) listener(request)
  }

  configure(next: ServiceConfiguration): void {
    const before = this.shown.configuration
    if (before && !sameWeights(before, next)) this.#sinceChange = 0
    this.shown.configuration = next
  }

  publish(): void {
    this.shown.recent = this.window.counts()
    this.shown.newest = this.window.newest(newestShown)
    this.shown.seen = this.window.seen()
    this.shown.sinceChange = this.#sinceChange
  }
}

function sameWeights(a: ServiceConfiguration, b: ServiceConfiguration): boolean {
  return a.weights?.ctx1 === b.weights?.ctx1 && a.weights?.ctx2 === b.weights?.ctx2
}
