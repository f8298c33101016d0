import { clusters, type ClusterName, type TrafficCounts, type Weights } from '../api/traffic'
import { windowSize } from '../traffic/recentWindow'
import { binomialRange, type CountRange } from './binomial'

/** Shares from 0 to 1; nulls while nothing has been observed. */
export interface Share {
  configured: number
  observed: number | null
  /** Where chance puts the observed share 95 times in 100. */
  range: CountRange | null
  isExpected: boolean
}

/** Sets what was observed beside what is configured, for each cluster. */
export function compareShares({ total, clusters: answered }: TrafficCounts, weights: Weights): Record<ClusterName, Share> {
  const sum = clusters.reduce((all, cluster) => all + weights[cluster], 0)
  const compare = (cluster: ClusterName): Share => {
    const configured = sum === 0 ? 0 : weights[cluster] / sum
    const n = Math.min(total, windowSize)
    if (n === 0) return { configured, observed: null, range: null, isExpected: true }
    const count = answered[cluster] ?? 0
    const { low, high } = binomialRange(n, configured)
    return { configured, observed: count / n, range: { low: low / n, high: high / n }, isExpected: low <= count && count <= high }
  }
  return { ctx1: compare('ctx1'), ctx2: compare('ctx2') }
}
