import { clusters, type ClusterName, type TrafficCounts, type Weights } from '../api/traffic'
import { binomialRange, type CountRange } from './binomial'

/** Shares from 0 to 1; nulls while nothing has been observed. */
export interface Share {
  configured: number
  observed: number | null
  /** Where chance puts the observed share 95 times in 100. */
  range: CountRange | null
  isExpected: boolean
}

/** How many of the last requests the weights are judged on: those that were drawn by weight and answered where the draw fell. */
export const judged = ({ drawn }: TrafficCounts): number => clusters.reduce((sum, cluster) => sum + (drawn[cluster] ?? 0), 0)

/** Sets what was observed beside what is configured, for each cluster. */
export function compareShares(counts: TrafficCounts, weights: Weights): Record<ClusterName, Share> {
  const sum = clusters.reduce((all, cluster) => all + weights[cluster], 0)
  const n = judged(counts)
  const compare = (cluster: ClusterName): Share => {
    const configured = sum === 0 ? 0 : weights[cluster] / sum
    if (n === 0) return { configured, observed: null, range: null, isExpected: true }
    const count = counts.drawn[cluster] ?? 0
    const { low, high } = binomialRange(n, configured)
    return { configured, observed: count / n, range: { low: low / n, high: high / n }, isExpected: low <= count && count <= high }
  }
  return { ctx1: compare('ctx1'), ctx2: compare('ctx2') }
}

export type Verdict = 'waiting' | 'inside' | 'outside'

/** Whether chance allows what was observed. */
export function judge(counts: TrafficCounts, weights: Weights): Verdict {
  if (judged(counts) === 0) return 'waiting'
  const shares = compareShares(counts, weights)
  return clusters.every((cluster) => shares[cluster].isExpected) ? 'inside' : 'outside'
}
