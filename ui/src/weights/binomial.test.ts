import { describe, expect, it } from 'vitest'
import { binomialRange } from './binomial'

describe('the range that chance allows', () => {
  // qbinom(c(0.025, 0.975), n, p) of R.
  it.each([
    [100, 0.7, 61, 79],
    [100, 0.3, 21, 39],
    [100, 0.5, 40, 60],
    [100, 0.9, 84, 95],
    [100, 0.01, 0, 3],
    [20, 0.5, 6, 14],
    [10, 0.5, 2, 8],
    [1, 0.7, 0, 1],
    [5000, 0.99, 4936, 4963],
    [5000, 0.5, 2431, 2569],
  ])('of %i picks at %f is %i to %i', (n, p, low, high) => {
    expect(binomialRange(n, p)).toEqual({ low, high })
  })

  it('leaves chance nothing at 0 and at 100 percent', () => {
    expect(binomialRange(100, 0)).toEqual({ low: 0, high: 0 })
    expect(binomialRange(100, 1)).toEqual({ low: 100, high: 100 })
    expect(binomialRange(0, 0.5)).toEqual({ low: 0, high: 0 })
  })

  it('holds at least the wanted probability, and no more without need', () => {
    for (let percent = 1; percent < 100; percent++) {
      const p = percent / 100
      const density = [(1 - p) ** 100]
      for (let k = 0; k < 100; k++) density.push((density[k] ?? 0) * ((100 - k) / (k + 1)) * (p / (1 - p)))
      const { low, high } = binomialRange(100, p)
      const within = (from: number, to: number) => density.slice(from, to + 1).reduce((sum, value) => sum + value, 0)
      expect(within(low, high)).toBeGreaterThanOrEqual(0.95)
      expect(within(0, low)).toBeGreaterThanOrEqual(0.025)
      expect(within(0, high - 1)).toBeLessThan(0.975)
    }
  })
})
