import { effectScope, nextTick, onScopeDispose, shallowRef } from 'vue'
import { expect, it, onTestFinished, vi } from 'vitest'
import { onSessionEnded } from '../api/http'
import type { ServiceConfiguration, Weights } from '../api/traffic'
import { serve } from '../testing/server'
import { useWeightDraft } from './weightDraft'

const configuration = (ctx1: number, resourceVersion: string): ServiceConfiguration => ({
  service: 'user-service',
  resource: null,
  resourceVersion,
  weights: { ctx1, ctx2: 100 - ctx1 },
  rules: null,
})

function draftOf(ctx1: number, resourceVersion: string) {
  const configured = shallowRef(configuration(ctx1, resourceVersion))
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const draft = scope.run(() => useWeightDraft('user-service', () => configured.value))
  if (!draft) throw new Error('no draft')
  return { configured, ...draft }
}

/** A gateway that knows one version, and refuses edits of any other. */
async function gateway(inForce: ServiceConfiguration) {
  await serve((request, answer) => {
    const { weights, resourceVersion } = request.json as { weights: Weights; resourceVersion: string }
    if (resourceVersion !== inForce.resourceVersion) {
      answer(409, { title: 'Conflict', current: inForce })
      return
    }
    inForce = { ...inForce, weights, resourceVersion: `${resourceVersion}+` }
    answer(200, inForce)
  })
}

it('shows what is in force until it is edited', async () => {
  const { configured, state, weights, edit } = draftOf(70, '1')
  configured.value = configuration(60, '2')
  await nextTick()
  expect([state.value, weights.value]).toEqual(['clean', { ctx1: 60, ctx2: 40 }])
  edit(30)
  configured.value = configuration(50, '3')
  await nextTick()
  expect([state.value, weights.value]).toEqual(['edited', { ctx1: 30, ctx2: 70 }])
})

it('keeps an edit within whole percents, and forgets one that changes nothing', () => {
  const { state, weights, edit } = draftOf(70, '1')
  edit(170.4)
  expect(weights.value).toEqual({ ctx1: 100, ctx2: 0 })
  edit(Number.NaN)
  expect(weights.value).toEqual({ ctx1: 100, ctx2: 0 })
  edit(70)
  expect(state.value).toBe('clean')
})

it('is in force only when the mesh says so', async () => {
  await gateway(configuration(70, '1'))
  const { configured, state, edit, apply } = draftOf(70, '1')
  edit(0)
  await apply()
  expect(state.value).toBe('saved')
  configured.value = configuration(0, '1+')
  await nextTick()
  expect(state.value).toBe('live')
})

it('is in force at once when the mesh was faster than the answer', async () => {
  await gateway(configuration(70, '1'))
  const { configured, state, edit, apply } = draftOf(70, '1')
  edit(0)
  const applied = apply()
  configured.value = configuration(0, '1+')
  await applied
  expect(state.value).toBe('live')
})

it('shows the other’s weights after a conflict, keeps its own, and applies them over the other’s', async () => {
  await gateway(configuration(55, '2'))
  const { configured, state, weights, theirs, edit, apply } = draftOf(70, '1')
  edit(10)
  await apply()
  expect([state.value, theirs.value, weights.value]).toEqual(['conflict', { ctx1: 55, ctx2: 45 }, { ctx1: 10, ctx2: 90 }])
  configured.value = configuration(55, '2')
  await nextTick()
  expect([state.value, weights.value.ctx1]).toEqual(['conflict', 10])
  await apply()
  expect(state.value).toBe('saved')
})

it('takes the other’s weights if asked to', async () => {
  await gateway(configuration(55, '2'))
  const { configured, state, weights, edit, apply, discard } = draftOf(70, '1')
  edit(10)
  await apply()
  configured.value = configuration(55, '2')
  discard()
  expect([state.value, weights.value.ctx1]).toEqual(['clean', 55])
})

it.each([401, 403, 422, 500])('keeps its own weights when refused with %i', async (status) => {
  await serve((_, answer) => answer(status, { title: 'no' }))
  const ended = vi.fn()
  const scope = effectScope()
  scope.run(() => onScopeDispose(onSessionEnded(ended)))
  const { state, weights, refusal, edit, apply } = draftOf(70, '1')
  edit(10)
  await apply()
  scope.stop()
  expect([state.value, weights.value.ctx1]).toEqual(['refused', 10])
  expect(refusal.value).toMatchObject({ status })
  expect(ended).toHaveBeenCalledTimes(status === 401 ? 1 : 0)
})

it('keeps its own weights when nobody answers', async () => {
  await serve((request) => request.socket.destroy())
  const { state, weights, refusal, edit, apply } = draftOf(70, '1')
  edit(10)
  await apply()
  expect([state.value, weights.value.ctx1]).toEqual(['refused', 10])
  expect(refusal.value).toMatchObject({ name: 'NetworkError' })
})
