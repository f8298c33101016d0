import { beforeEach, expect, it, vi } from 'vitest'
import { bankOf, LampBank } from './lampBank'

const play = vi.fn()

beforeEach(() => {
  play.mockClear()
  // happy-dom animates nothing.
  Element.prototype.animate = () => ({ play, cancel: () => undefined, effect: { updateTiming: () => undefined } }) as unknown as Animation
})

function bankOfLamps(count: number) {
  const housing = document.createElement('div')
  const lamps = Array.from({ length: count }, () => document.createElement('span'))
  return { housing, lamps, bank: new LampBank(housing, lamps, false) }
}

it('lights no lamp without a request', () => {
  const { housing } = bankOfLamps(16)
  expect(play).not.toHaveBeenCalled()
  expect(housing.dataset.flashes).toBeUndefined()
})

it('lights one lamp after the other and begins again after the last', () => {
  const { housing, lamps, bank } = bankOfLamps(16)
  for (let i = 0; i < 16; i++) bank.flash('ok', i + 1)
  bank.flash('failed', 17)
  expect(lamps.map((lamp) => lamp.dataset.colour)).toEqual(['failed', ...Array<string>(15).fill('ok')])
  expect(lamps.map((lamp) => lamp.dataset.request)).toEqual(['17', ...Array.from({ length: 15 }, (_, i) => String(i + 2))])
  expect(housing.dataset.flashes).toBe('17')
  expect(play).toHaveBeenCalledTimes(17)
})

it('keeps what no known cluster answered apart', () => {
  expect(bankOf('ctx2')).toBe('ctx2')
  expect(bankOf(null)).toBe('apart')
  expect(bankOf('unknown')).toBe('apart')
})
