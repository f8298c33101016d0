import { clusters, type ClusterName, type TrafficRequest } from '../api/traffic'
import { outcomeOf, type Outcome } from '../traffic/outcome'
import { wayIn, wayTo, type Place } from './layout'

/** A part of a request's way, or a wait where both places are one. */
export interface Leg {
  way: number
  from: Place
  to: Place
  ms: number
}

/** `arrive`: a pod answered; `burst`: it was aborted on purpose; `stop`: it came no further. */
export type Ending = 'arrive' | 'burst' | 'stop'

/** What becomes of a request, as a mark shows it. */
export interface Journey {
  legs: Leg[]
  ending: Ending
  outcome: Outcome
  /** A copy, for whose answer nobody waits. */
  isCopy: boolean
  /** How long (ms) it is not seen at first. */
  after: number
}

/** Which of its service's places a pod has. */
export type PodPlace = (request: TrafficRequest, cluster: ClusterName, pod: string | null) => number

const shortest = 350
const longest = 3_000
/** From this duration (ms) on a mark is not slower any more. */
const slowest = 10_000
/** A mark shows so many tries: the first ones, and the last. */
export const triesShown = 4
/** A wait takes at most this part of a mark's time: it has to be seen moving as well. */
const longestWait = 0.7

/** How long (ms) a mark is on its way: it follows the logarithm of the request's duration. */
export function markMs(durationMs: number): number {
  const part = Math.log1p(Math.max(0, durationMs)) / Math.log1p(slowest)
  return Math.min(longest, shortest + (longest - shortest) * part)
}

/** The ways of a request's mark, and of its copies'. */
export function journeysOf(request: TrafficRequest, podPlace: PodPlace): Journey[] {
  const { legs, ending } = legsOf(request, podPlace)
  const total = Math.min(longest, Math.max(markMs(request.durationMs), legs.length * 120))
  const wait = request.delayMs > 0 ? total * Math.min(longestWait, request.delayMs / Math.max(1, request.durationMs)) : 0
  const moving = (total - wait) / legs.reduce((sum, { ms }) => sum + ms, 0)
  const timed = legs.map((leg) => ({ ...leg, ms: leg.ms * moving }))
  if (wait > 0) timed.splice(1, 0, { way: wayIn, from: 'end', to: 'end', ms: wait })
  const outcome = outcomeOf(request)
  const leaves = (timed[0]?.ms ?? 0) + wait
  const copies = request.mirrors.filter(isCluster).map((cluster): Journey => {
    const way = wayTo(request.service, cluster, podPlace(request, cluster, null))
    const leg: Leg = { way, from: 'start', to: 'end', ms: Math.max(shortest, total - leaves) }
    return { legs: [leg], ending: 'arrive', outcome, isCopy: true, after: leaves }
  })
  return [{ legs: timed, ending, outcome, isCopy: false, after: 0 }, ...copies]
}

/** Its legs, whose `ms` are shares of the time for now. */
function legsOf(request: TrafficRequest, podPlace: PodPlace): { legs: Leg[]; ending: Ending } {
  const { service, cluster, pod, cause, heading } = request
  const legs: Leg[] = [{ way: wayIn, from: 'start', to: 'end', ms: 1 }]
  const way = (to: ClusterName, of: string | null) => wayTo(service, to, podPlace(request, to, of))
  const go = (to: ClusterName, of: string | null, place: Place) => legs.push({ way: way(to, of), from: 'start', to: place, ms: 2.5 })

  const { tries } = request
  const shown = tries.length > triesShown ? [...tries.slice(0, triesShown - 1), ...tries.slice(-1)] : tries
  for (const failed of shown.slice(0, -1)) {
    const tried = isCluster(failed.cluster) ? failed.cluster : heading
    if (!isCluster(tried)) continue
    const place = failed.pod === null ? 'border' : 'end'
    go(tried, failed.pod, place)
    legs.push({ way: way(tried, failed.pod), from: place, to: 'start', ms: 1.5 })
  }

  if (isCluster(cluster)) {
    go(cluster, pod, 'end')
    return { legs, ending: 'arrive' }
  }
  const last = shown.at(-1)
  const towards = last && isCluster(last.cluster) ? last.cluster : heading
  if (isCluster(towards)) {
    if (cause === 'abort') {
      legs.push({ way: way(towards, null), from: 'start', to: 'door', ms: 0.5 })
      return { legs, ending: 'burst' }
    }
    if (cause === 'noPod') go(towards, null, 'border')
    else if (cause === 'timeout' || cause === 'unreachable') go(towards, last?.pod ?? null, 'service')
  }
  return { legs, ending: cause === 'abort' ? 'burst' : 'stop' }
}

const isCluster = (name: string | null): name is ClusterName => clusters.some((known) => known === name)
