import { expect, it } from 'vitest'
import { EdgeMeter } from './edgeMeter'

it('measures rate, errors and p95 over its last ticks', () => {
  const meter = new EdgeMeter(250, 4)
  expect(meter.tick()).toEqual({ perSecond: 0, errorsPerSecond: 0, p95Ms: null })
  for (let ms = 1; ms <= 20; ms++) meter.add(ms, ms > 18)
  expect(meter.tick()).toEqual({ perSecond: 20, errorsPerSecond: 2, p95Ms: 19 })
  for (let i = 0; i < 4; i++) meter.tick()
  expect(meter.tick()).toEqual({ perSecond: 0, errorsPerSecond: 0, p95Ms: 19 })
})

it('takes p95 of the last hundred alone', () => {
  const meter = new EdgeMeter(250, 4)
  for (let i = 0; i < 100; i++) meter.add(900, false)
  for (let i = 0; i < 100; i++) meter.add(3, false)
  expect(meter.tick().p95Ms).toBe(3)
})
