import { beforeEach, expect, it, vi } from 'vitest'
import { bankOf, flashOf, LampBank } from './lampBank'

const play = vi.fn()
const setKeyframes = vi.fn()
const updateTiming = vi.fn()

beforeEach(() => {
  vi.clearAllMocks()
  // happy-dom animates nothing.
  Element.prototype.animate = () => ({ play, cancel: () => undefined, effect: { updateTiming, setKeyframes } }) as unknown as Animation
})

const request = (id: number, status = 200, durationMs = 2) => ({ id, status, durationMs, heading: 'ctx1' })

function bankOfLamps(count: number, reducedMotion = false) {
  const housing = document.createElement('div')
  const lamps = Array.from({ length: count }, () => document.createElement('span'))
  return { housing, lamps, bank: new LampBank(housing, lamps, reducedMotion) }
}

it('lights no lamp without a request', () => {
  const { housing } = bankOfLamps(16)
  expect(play).not.toHaveBeenCalled()
  expect(housing.dataset.flashes).toBeUndefined()
})

it('lights one lamp after the other and begins again after the last', () => {
  const { housing, lamps, bank } = bankOfLamps(16)
  for (let i = 0; i < 16; i++) bank.flash(request(i + 1))
  bank.flash(request(17, 503))
  expect(lamps.map((lamp) => lamp.dataset.colour)).toEqual(['failed', ...Array<string>(15).fill('ok')])
  expect(lamps.map((lamp) => lamp.dataset.request)).toEqual(['17', ...Array.from({ length: 15 }, (_, i) => String(i + 2))])
  expect(housing.dataset.flashes).toBe('17')
  expect(play).toHaveBeenCalledTimes(17)
})

it('shows where a request was going', () => {
  const { lamps, bank } = bankOfLamps(2)
  bank.flash({ ...request(1, 503), heading: 'ctx2' })
  bank.flash({ ...request(2, 404), heading: null })
  expect(lamps.map((lamp) => lamp.dataset.heading)).toEqual(['ctx2', ''])
})

it('keeps what no known cluster answered apart', () => {
  expect(bankOf('ctx2')).toBe('ctx2')
  expect(bankOf(null)).toBe('apart')
  expect(bankOf('unknown')).toBe('apart')
})

it('lights a lamp as slowly as its answer came, within bounds', () => {
  expect(flashOf({ status: 200, durationMs: 249 })).toEqual({ duration: 900, slowly: 0 })
  expect(flashOf({ status: 503, durationMs: 3 })).toEqual({ duration: 2_000, slowly: 0 })
  expect(flashOf({ status: 200, durationMs: 1_000 })).toEqual({ duration: 2_800, slowly: 1_000 })
  expect(flashOf({ status: 200, durationMs: 30_000 })).toEqual({ duration: 3_800, slowly: 2_000 })
})

it('fades a slow answer in, holds it, and is quick again with the next', () => {
  const { bank } = bankOfLamps(1)
  bank.flash(request(1, 200, 1_000))
  expect(setKeyframes).toHaveBeenLastCalledWith(expect.objectContaining({ opacity: [0, 1, 1, 0] }))
  expect(updateTiming).toHaveBeenLastCalledWith({ duration: 2_800 })
  bank.flash(request(2))
  expect(setKeyframes).toHaveBeenLastCalledWith(expect.objectContaining({ opacity: [1, 0] }))
  bank.flash(request(3))
  expect(setKeyframes).toHaveBeenCalledTimes(2)
})

it('fades nothing for who asks for less motion, but keeps a slow answer lit longer', () => {
  const { bank } = bankOfLamps(1, true)
  bank.flash(request(1, 200, 1_000))
  expect(setKeyframes).toHaveBeenLastCalledWith({ opacity: [1, 0], easing: 'step-end' })
  expect(updateTiming).toHaveBeenLastCalledWith({ duration: 2_800 })
})
