/** Inclusive bounds of a count. */
export interface CountRange {
  low: number
  high: number
}

/**
 * Where the number of successes in `n` independent picks of probability `p` lies with the given probability: from the
 * lower to the upper quantile of the binomial distribution, each the smallest count whose cumulative probability
 * reaches it (R's `qbinom`). Meant for windows of some hundred picks: `(1 - p) ** n` must not underflow.
 */
export function binomialRange(n: number, p: number, probability = 0.95): CountRange {
  if (p <= 0 || n === 0) return { low: 0, high: 0 }
  if (p >= 1) return { low: n, high: n }
  const tail = (1 - probability) / 2
  return { low: quantile(n, p, tail), high: quantile(n, p, 1 - tail) }
}

function quantile(n: number, p: number, q: number): number {
  let density = (1 - p) ** n
  let cumulative = density
  let k = 0
  while (cumulative < q && k < n) {
    density *= ((n - k) / (k + 1)) * (p / (1 - p))
    cumulative += density
    k++
  }
  return k
}
