import type { WeightedDestination } from '../api/requests'

/** A destination's part of the bar, in percent of its length. */
export interface Segment {
  label: string
  weight: number
  width: number
  isDrawn: boolean
}

export interface DrawBar {
  segments: Segment[]
  marker: number | null
  sum: number
}

/**
 * The weights laid end to end, and where the random draw fell among them, in percent. Draws are whole numbers from 0 to
 * below the sum; the marker stands in the middle of the drawn number's own slice, so it is never on a border.
 */
export function drawBar(weights: readonly WeightedDestination[], draw: number | null): DrawBar {
  const sum = weights.reduce((all, { weight }) => all + weight, 0)
  let start = 0
  const segments = weights.map(({ host, subset, weight }) => {
    const isDrawn = draw !== null && draw >= start && draw < start + weight
    start += weight
    return { label: subset ?? shortHost(host), weight, width: sum === 0 ? 100 / weights.length : (weight / sum) * 100, isDrawn }
  })
  return { segments, marker: draw === null || sum === 0 ? null : ((draw + 0.5) / sum) * 100, sum }
}

/** `user-service` of `user-service.messageboard.svc.cluster.local`. */
export const shortHost = (host: string) => host.split('.')[0] ?? host
