import type { HistoryPoint, Mark } from '../api/history'
import type { Weights } from '../api/traffic'
import { windowSize } from '../traffic/recentWindow'
import { binomialRange } from '../weights/binomial'

/** Room for the numbers left of both strips, in CSS pixels. */
export const gutter = 46

/** Null: nothing to draw here; undefined: too short a pause to break a line. */
type Column = (number | null | undefined)[]

/** What the two strips draw, at equal steps of time. */
export interface Strips {
  /** Seconds since 1970. */
  times: number[]
  /** Of ctx1, in percent: as configured, as drawn in the last 100 requests, and where chance puts that 95 times in 100. */
  configured: Column
  share: Column
  low: Column
  high: Column
  p50Ms: Column
  p95Ms: Column
  /** In percent of the requests. */
  errors: Column
}

/** Weights that were set at a time, in seconds since 1970. */
export interface WeightChange {
  time: number
  weights: Weights
}

/** A pause up to this long (seconds) is no gap. */
const shortPause = 10

/** When the weights changed, as marks tell: also where no request came after it. */
export const weightChanges = (marks: readonly Mark[]): WeightChange[] =>
  marks.flatMap(({ time, detail: { ctx1, ctx2 } }) =>
    typeof ctx1 === 'number' && typeof ctx2 === 'number' ? [{ time: Date.parse(time) / 1000, weights: { ctx1, ctx2 } }] : [],
  )

/** Lays points, the oldest first, on a grid from `from` to `to` (seconds since 1970). */
export function stripsOf(
  points: readonly HistoryPoint[], changes: readonly WeightChange[], step: number, from: number, to: number,
): Strips {
  const strips: Strips = { times: [], configured: [], share: [], low: [], high: [], p50Ms: [], p95Ms: [], errors: [] }
  const window = new DrawnWindow()
  const pause = Math.max(shortPause, 2 * step)
  let weights = points.find((point) => point.weights)?.weights ?? changes[0]?.weights ?? null
  let next = 0
  let change = 0
  let last = -Infinity
  for (let time = from - (from % step); time <= to; time += step) {
    let point: HistoryPoint | undefined
    for (let each = points[next]; each && each.time <= time; each = points[++next]) {
      weights = each.weights ?? weights
      window.add(each)
      if (each.time === time) point = each
    }
    // A point says it better.
    for (let each = changes[change]; each && each.time < time + step; each = changes[++change]) if (!point) ({ weights } = each)
    if (point) last = time
    const isPaused = time - last > pause
    const share = isPaused ? null : window.share(weights)
    const following = points[next]?.time ?? Infinity
    const none = following - last > pause ? null : undefined
    strips.times.push(time)
    strips.configured.push(weights && (100 * weights.ctx1) / (weights.ctx1 + weights.ctx2 || 1))
    strips.share.push(share?.observed ?? null)
    strips.low.push(share?.low ?? null)
    strips.high.push(share?.high ?? null)
    strips.p50Ms.push(point ? point.p50Ms : none)
    strips.p95Ms.push(point ? point.p95Ms : none)
    strips.errors.push(point && point.total > 0 ? (100 * point.errors) / point.total : null)
  }
  return strips
}

/** The same where nobody draws by weight: chance allows anything. */
export function withoutChance(strips: Strips): Strips {
  const none = strips.times.map(() => null)
  return { ...strips, low: none, high: none }
}

/** The last 100 draws or more, of the present weights alone. */
class DrawnWindow {
  readonly #points: { ctx1: number; all: number }[] = []
  #weights = ''
  #ctx1 = 0
  #all = 0

  add({ drawn, weights }: HistoryPoint): void {
    const now = JSON.stringify(weights)
    if (now !== this.#weights) {
      this.#points.length = this.#ctx1 = this.#all = 0
      this.#weights = now
    }
    const point = { ctx1: drawn.ctx1 ?? 0, all: Object.values(drawn).reduce((sum, count) => sum + count, 0) }
    this.#points.push(point)
    this.#ctx1 += point.ctx1
    this.#all += point.all
    for (let first = this.#points[0]; first && this.#all - first.all >= windowSize; first = this.#points[0]) {
      this.#points.shift()
      this.#ctx1 -= first.ctx1
      this.#all -= first.all
    }
  }

  /** In percent; null before the first draw. */
  share(weights: Weights | null) {
    const n = this.#all
    if (n === 0) return null
    const observed = (100 * this.#ctx1) / n
    if (!weights) return { observed, low: null, high: null }
    const { low, high } = binomialRange(n, weights.ctx1 / (weights.ctx1 + weights.ctx2 || 1))
    return { observed, low: (100 * low) / n, high: (100 * high) / n }
  }
}

/** The last value there is. */
export const lastOf = (column: Column) => column.findLast((value) => typeof value === 'number') ?? null
