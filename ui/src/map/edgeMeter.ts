/** What an edge carried lately. */
export interface EdgeFlow {
  perSecond: number
  errorsPerSecond: number
  /** Of its last 100 requests; null when there were none. */
  p95Ms: number | null
}

export const noFlow: EdgeFlow = { perSecond: 0, errorsPerSecond: 0, p95Ms: null }

const durationsKept = 100

/** Measures one edge in fixed memory: `add` for each request, `tick` at equal times. */
export class EdgeMeter {
  readonly #counts: Uint32Array
  readonly #errors: Uint32Array
  readonly #durations = new Float32Array(durationsKept)
  readonly #sorted = new Float32Array(durationsKept)
  #now = 0
  #seen = 0

  /**
   * @param interval between two ticks, in milliseconds
   * @param ticks over how many of them rates are taken
   */
  constructor(
    private readonly interval: number,
    private readonly ticks: number,
  ) {
    this.#counts = new Uint32Array(ticks)
    this.#errors = new Uint32Array(ticks)
  }

  add(durationMs: number, isError: boolean): void {
    increment(this.#counts, this.#now)
    if (isError) increment(this.#errors, this.#now)
    this.#durations[this.#seen++ % durationsKept] = durationMs
  }

  /** Ends an interval, and tells of the last ones. */
  tick(): EdgeFlow {
    const seconds = (this.interval * this.ticks) / 1000
    const flow = { perSecond: sum(this.#counts) / seconds, errorsPerSecond: sum(this.#errors) / seconds, p95Ms: this.#p95() }
    this.#now = (this.#now + 1) % this.ticks
    this.#counts[this.#now] = 0
    this.#errors[this.#now] = 0
    return flow
  }

  #p95(): number | null {
    const count = Math.min(this.#seen, durationsKept)
    if (count === 0) return null
    const sorted = this.#sorted.subarray(0, count)
    sorted.set(this.#durations.subarray(0, count))
    return sorted.sort()[Math.ceil(count * 0.95) - 1] ?? null
  }
}

const sum = (counts: Uint32Array) => counts.reduce((all, count) => all + count, 0)

function increment(counts: Uint32Array, i: number): void {
  counts[i] = (counts[i] ?? 0) + 1
}
