import { clusters, type ClusterName } from '../api/traffic'
import type { Outcome } from '../traffic/outcome'

/** The bank whose lamp a request lights: its cluster's, or the one apart when no known cluster answered. */
export function bankOf(cluster: string | null): ClusterName | 'apart' {
  return clusters.find((known) => known === cluster) ?? 'apart'
}

const flashMs = 900
/** Failures stay lit longer: they are what one looks for. */
const failureMs = 2_000

/**
 * Lamps that flash one after the other, the next lamp for the next request. The DOM is written directly and only
 * opacity is animated, so hundreds of flashes a second cost neither a render nor a layout.
 */
export class LampBank {
  readonly #animations: Animation[]
  #next = 0
  #flashes = 0

  constructor(
    private readonly bank: HTMLElement,
    private readonly lamps: readonly HTMLElement[],
    reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches,
  ) {
    const easing = reducedMotion ? 'step-end' : 'cubic-bezier(0.3, 0, 0.7, 1)'
    this.#animations = lamps.map((lamp) => {
      const animation = lamp.animate({ opacity: [1, 0], easing }, flashMs)
      animation.cancel()
      return animation
    })
  }

  /** @param request the request's number, by which a lit lamp can be asked why */
  flash(outcome: Outcome, request: number): void {
    const lamp = this.lamps[this.#next]
    const animation = this.#animations[this.#next]
    if (!lamp || !animation) return
    this.#next = (this.#next + 1) % this.lamps.length
    lamp.dataset.colour = outcome
    lamp.dataset.request = String(request)
    animation.effect?.updateTiming({ duration: outcome === 'failed' ? failureMs : flashMs })
    animation.currentTime = 0
    animation.play()
    this.bank.dataset.flashes = String(++this.#flashes)
  }
}
