import type { TrafficCounts, TrafficRequest } from '../api/traffic'
import { splitFlags } from './flags'

/** How many requests the observed share is taken over. */
export const windowSize = 100

export const noCounts: TrafficCounts = {
  total: 0, errors: 0, unanswered: 0, clusters: {}, pods: {}, drawn: {}, rules: {}, causes: {}, failedOver: 0, p50Ms: null, p95Ms: null,
}

/** Of the last requests that this page has seen itself. */
export interface Seen {
  total: number
  /** How many carry each response flag. */
  flags: Readonly<Record<string, number>>
  /** Answered by a pod with 5xx. */
  podErrors: number
  /** Held back by a fault in force. */
  delayed: number
  /** Answered well, but not at the first try. */
  retried: number
}

export const nothingSeen: Seen = { total: 0, flags: {}, podErrors: 0, delayed: 0, retried: 0 }

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
  take(counts: Partial<TrafficCounts>): void {
    this.#gateway = { ...noCounts, ...counts }
  }

  /** Forgets the requests seen: some in between may have been missed. */
  forget(): void {
    this.#requests.length = 0
  }

  /** The last `count` requests seen, newest first. */
  newest(count: number): TrafficRequest[] {
    return this.#requests.slice(-count).reverse()
  }

  /** What the requests that this page has seen tell beyond the counts. */
  seen(): Seen {
    const seen: Seen = { total: this.#requests.length, flags: {}, podErrors: 0, delayed: 0, retried: 0 }
    for (const { flags, cause, status, delayMs, tries } of this.#requests) {
      if (flags) for (const flag of splitFlags(flags)) increment(seen.flags, flag)
      if (cause === null && status >= 500) seen.podErrors++
      if (delayMs > 0) seen.delayed++
      if (cause === null && status < 500 && tries.length > 1) seen.retried++
    }
    return seen
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
