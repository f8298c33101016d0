import type { TrafficCounts, TrafficRequest } from '../api/traffic'
import { splitFlags } from './flags'

/** How many requests the observed share is taken over. */
export const windowSize = 100

export const noCounts: TrafficCounts = { total: 0, errors: 0, unanswered: 0, clusters: {}, pods: {} }

/**
 * The last requests of one service. The gateway tells a new page how many of them each cluster answered, but not in
 * which order, so its counts stand until the page itself has seen a whole window.
 */
export class RecentWindow {
  readonly #requests: TrafficRequest[] = []
  #gateway = noCounts

  /** True when the counts come from requests this page has seen, without a gap. */
  get isOwn(): boolean {
    return this.#requests.length === windowSize
  }

  add(request: TrafficRequest): void {
    if (this.#requests.push(request) > windowSize) this.#requests.shift()
  }

  /** Takes the gateway's own counts of the same window. */
  take(counts: TrafficCounts): void {
    this.#gateway = counts
  }

  /** Forgets the requests seen: some in between may have been missed. */
  forget(): void {
    this.#requests.length = 0
  }

  /** The last `count` requests seen, newest first. */
  newest(count: number): TrafficRequest[] {
    return this.#requests.slice(-count).reverse()
  }

  /** How many of the requests seen carry each response flag. */
  flags(): Record<string, number> {
    const flags: Record<string, number> = {}
    for (const request of this.#requests) if (request.flags) for (const flag of splitFlags(request.flags)) increment(flags, flag)
    return flags
  }

  counts(): TrafficCounts {
    return this.isOwn ? count(this.#requests) : this.#gateway
  }
}

function count(requests: readonly TrafficRequest[]): TrafficCounts {
  const counts = { total: requests.length, errors: 0, unanswered: 0, clusters: {}, pods: {} } satisfies TrafficCounts
  for (const { cluster, pod, status } of requests) {
    if (status >= 500) counts.errors++
    if (cluster === null) counts.unanswered++
    else increment(counts.clusters, cluster)
    if (pod !== null) increment(counts.pods, pod)
  }
  return counts
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
