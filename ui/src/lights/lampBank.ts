import { clusters, type ClusterName, type TrafficRequest } from '../api/traffic'
import { outcomeOf } from '../traffic/outcome'

export type Bank = ClusterName | 'apart'

/** The bank whose lamp a request lights: its cluster's, or the one apart when no known cluster answered. */
export function bankOf(cluster: string | null): Bank {
  return clusters.find((known) => known === cluster) ?? 'apart'
}

const flashMs = 900
/** Failures stay lit longer: they are what one looks for. */
const failureMs = 2_000
/** An answer that took as long as this (ms) lights its lamp slowly, over as long as it took, but no longer than this. */
const slow = { from: 250, atMost: 2_000 }

/** How a lamp comes on and goes out; `slowly` for how many ms it comes on, 0 for at once. */
export function flashOf({ status, durationMs }: Pick<TrafficRequest, 'status' | 'durationMs'>): { duration: number; slowly: number } {
  const lit = outcomeOf({ status }) === 'failed' ? failureMs : flashMs
  const slowly = durationMs < slow.from ? 0 : Math.min(durationMs, slow.atMost)
  // Held as long as it takes to go out, so that it is not taken for one more quick answer.
  return { duration: slowly > 0 ? slowly + 2 * lit : lit, slowly }
}

/**
 * Lamps that flash one after the other, the next lamp for the next request. The DOM is written directly and only
 * opacity is animated, so hundreds of flashes a second cost neither a render nor a layout.
 */
export class LampBank {
  readonly #lamps: { element: HTMLElement; animation: Animation; slowly: number }[]
  readonly #easing: string
  #next = 0
  #flashes = 0

  constructor(
    private readonly bank: HTMLElement,
    lamps: readonly HTMLElement[],
    private readonly reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches,
  ) {
    this.#easing = reducedMotion ? 'step-end' : 'cubic-bezier(0.3, 0, 0.7, 1)'
    this.#lamps = lamps.map((element) => {
      const animation = element.animate({ opacity: [1, 0], easing: this.#easing }, flashMs)
      animation.cancel()
      return { element, animation, slowly: 0 }
    })
  }

  flash(request: Pick<TrafficRequest, 'id' | 'status' | 'durationMs' | 'heading'>): void {
    const lamp = this.#lamps[this.#next]
    if (!lamp) return
    this.#next = (this.#next + 1) % this.#lamps.length
    const { element, animation } = lamp
    element.dataset.colour = outcomeOf(request)
    element.dataset.request = String(request.id)
    element.dataset.heading = request.heading ?? ''
    const { duration, slowly } = flashOf(request)
    const effect = animation.effect as KeyframeEffect | null
    if (slowly !== lamp.slowly) effect?.setKeyframes(this.#keyframes(slowly, duration))
    lamp.slowly = slowly
    effect?.updateTiming({ duration })
    animation.currentTime = 0
    animation.play()
    this.bank.dataset.flashes = String(++this.#flashes)
  }

  #keyframes(slowly: number, duration: number): PropertyIndexedKeyframes {
    const on = slowly / duration
    return slowly === 0 || this.reducedMotion
      ? { opacity: [1, 0], easing: this.#easing }
      : { opacity: [0, 1, 1, 0], offset: [0, on, (1 + on) / 2, 1], easing: 'linear' }
  }
}
