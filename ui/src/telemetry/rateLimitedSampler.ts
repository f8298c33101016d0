import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace-web'

/** Records so many traces a second at most, from a bucket that holds one second's. */
export class RateLimitedSampler implements Sampler {
  #left: number
  #last: number

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#left = perSecond
    this.#last = now()
  }

  shouldSample(): SamplingResult {
    const now = this.now()
    this.#left = Math.min(this.perSecond, this.#left + ((now - this.#last) / 1_000) * this.perSecond)
    this.#last = now
    if (this.#left < 1) return { decision: SamplingDecision.NOT_RECORD }
    this.#left--
    return { decision: SamplingDecision.RECORD_AND_SAMPLED }
  }

  toString(): string {
    return `RateLimitedSampler{${this.perSecond}}`
  }
}
