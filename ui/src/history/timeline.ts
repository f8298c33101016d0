import type { HistoryPoint } from '../api/history'

/** What can be shown, in minutes; a step of time is a 300th of it. */
export const ranges = [5, 15, 60] as const
export type Minutes = (typeof ranges)[number]

export const stepOf = (minutes: Minutes) => minutes / 5

/** A service's points of the last minutes, in steps of equal length. */
export class Timeline {
  readonly step: number
  readonly #keep: number
  /** By time, the oldest first. */
  #points: HistoryPoint[]

  /** Points of a finer or equal step are put together; those of a coarser one stay. */
  constructor(minutes: Minutes, points: readonly HistoryPoint[] = []) {
    this.step = stepOf(minutes)
    this.#keep = minutes * 60
    this.#points = []
    for (const point of points) this.add(point)
  }

  get points(): readonly HistoryPoint[] {
    return this.#points
  }

  /** Takes in a second's point; of a second that is known already the newer. */
  add(point: HistoryPoint): void {
    const time = point.time - (point.time % this.step)
    const at = this.#points.findLastIndex((each) => each.time <= time)
    const known = this.#points[at]
    if (known?.time !== time) this.#points.splice(at + 1, 0, { ...point, time })
    else this.#points[at] = this.step === 1 ? point : { ...together(known, point), time }
    const first = (this.#points.at(-1)?.time ?? 0) - this.#keep
    while ((this.#points[0]?.time ?? first) < first) this.#points.shift()
  }
}

/**
 * What two points come to: durations cannot be put together, so p95 is the slower and p50 the mean by requests, until the gateway, which
 * can, is asked again.
 */
function together(a: HistoryPoint, b: HistoryPoint): HistoryPoint {
  const drawn = { ...a.drawn }
  for (const [cluster, count] of Object.entries(b.drawn)) drawn[cluster] = (drawn[cluster] ?? 0) + count
  return {
    time: a.time,
    total: a.total + b.total,
    drawn,
    errors: a.errors + b.errors,
    p50Ms: a.p50Ms === null || b.p50Ms === null ? (a.p50Ms ?? b.p50Ms) : (a.p50Ms * a.total + b.p50Ms * b.total) / (a.total + b.total),
    p95Ms: a.p95Ms === null || b.p95Ms === null ? (a.p95Ms ?? b.p95Ms) : Math.max(a.p95Ms, b.p95Ms),
    weights: b.weights,
  }
}
