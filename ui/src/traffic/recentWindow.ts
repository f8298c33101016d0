import type { TrafficCounts, TrafficRequest } from '../api/traffic'
import { splitFlags } from './flags'

/** How many requests the observed share is taken over. */
export const windowSize = 100

export const noCounts: TrafficCounts = {
  total: 0, errors: 0, unanswered: 0, clusters: {}, pods: {}, drawn: {}, rules: {}, causes: {}, failedOver: 0, p50Ms: null, p95Ms: null,
}

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
  const counts: TrafficCounts = { ...noCounts, total: requests.length, clusters: {}, pods: {}, drawn: {}, rules: {}, causes: {} }
  for (const { cluster, pod, status, rule, heading, cause } of requests) {
    if (status >= 500) counts.errors++
    if (cluster === null) counts.unanswered++
    else increment(counts.clusters, cluster)
    if (pod !== null) increment(counts.pods, pod)
    if (rule !== null) increment(counts.rules, rule)
    if (cause !== null) increment(counts.causes, cause)
    if (cluster === null || cause !== null || rule !== null) continue
    if (heading === null || heading === cluster) increment(counts.drawn, cluster)
    else counts.failedOver++
  }
  const durations = requests.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
  return { ...counts, p50Ms: quantile(durations, 0.5), p95Ms: quantile(durations, 0.95) }
}

/** The nearest rank's; null when there are none. */
const quantile = (sorted: readonly number[], q: number): number | null => sorted[Math.ceil(sorted.length * q) - 1] ?? null

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
