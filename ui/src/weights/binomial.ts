/** Inclusive bounds of a count. */
export interface CountRange {
  low: number
  high: number
}

/** Densities below this share of the greatest change no quantile. */
const negligible = 1e-18

/**
 * Where the number of successes in `n` independent picks of probability `p` lies with the given probability: from the
 * lower to the upper quantile of the binomial distribution, each the smallest count whose cumulative probability
 * reaches it (R's `qbinom`).
 */
export function binomialRange(n: number, p: number, probability = 0.95): CountRange {
  if (p <= 0 || n === 0) return { low: 0, high: 0 }
  if (p >= 1) return { low: n, high: n }
  // From the most likely count outwards, as shares of its density: no power of p underflows.
  const odds = p / (1 - p)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const densities = [1]
  let first = mode
  for (let density = 1; first > 0 && density > negligible; first--) densities.push((density *= first / ((n - first + 1) * odds)))
  densities.reverse()
  for (let k = mode, density = 1; k < n && density > negligible; k++) densities.push((density *= ((n - k) / (k + 1)) * odds))
  const all = densities.reduce((sum, density) => sum + density, 0)
  const tail = (1 - probability) / 2
  return { low: first + quantile(densities, tail * all), high: first + quantile(densities, (1 - tail) * all) }
}

function quantile(densities: readonly number[], q: number): number {
  let cumulative = 0
  return densities.findIndex((density) => (cumulative += density) >= q)
}
