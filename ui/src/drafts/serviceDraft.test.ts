import { effectScope, nextTick, shallowRef } from 'vue'
import { expect, it, onTestFinished } from 'vitest'
import { putFault, type Fault, type ServiceConfiguration } from '../api/traffic'
import { serve } from '../testing/server'
import { useServiceDraft } from './serviceDraft'

const noFault: Fault = { delay: null, abort: null }
const abort = (percentage: number): Fault => ({ delay: null, abort: { status: 503, percentage } })

const row = (resourceVersion: string, fault: Fault, ctx1 = 70): ServiceConfiguration => ({
  service: 'user-service',
  resource: null,
  resourceVersion,
  weights: { ctx1, ctx2: 100 - ctx1 },
  rules: { canarySubset: null, fault, timeoutSeconds: null, retries: null },
})

function faultDraft(first: ServiceConfiguration) {
  const configured = shallowRef(first)
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const applied: string[] = []
  const draft = scope.run(() =>
    useServiceDraft<Fault>({
      configured: () => configured.value,
      read: ({ rules }) => rules && rules.fault,
      empty: noFault,
      send: (fault, resourceVersion) => putFault('user-service', fault, resourceVersion),
      applied: ({ abort }, { resourceVersion }) => applied.push(`${abort?.percentage ?? 0} % in ${resourceVersion ?? ''}`),
    }),
  )
  if (!draft) throw new Error('no draft')
  return { configured, applied, ...draft }
}

/** A gateway that keeps each body it was sent, and refuses any version but the one in force. */
async function gateway(inForce: ServiceConfiguration) {
  const sent: string[] = []
  await serve((request, answer) => {
    const { resourceVersion, ...fault } = request.json as Fault & { resourceVersion: string }
    sent.push(resourceVersion)
    if (resourceVersion !== inForce.resourceVersion) answer(409, { title: 'Conflict', current: inForce })
    else answer(200, row(`${resourceVersion}+`, fault))
  })
  return sent
}

it('goes through when somebody has changed the weights, not the fault, before it was sent', async () => {
  const sent = await gateway(row('2', noFault, 50))
  const { configured, state, edit, apply } = faultDraft(row('1', noFault))
  edit(abort(10))
  configured.value = row('2', noFault, 50)
  await nextTick()
  await apply()
  expect([state.value, sent]).toEqual(['saved', ['2']])
})

it('is sent again when the gateway tells that only another part has changed', async () => {
  const sent = await gateway(row('2', noFault, 50))
  const { state, applied, edit, apply } = faultDraft(row('1', noFault))
  edit(abort(10))
  await apply()
  expect([state.value, sent, applied]).toEqual(['saved', ['1', '2'], ['10 % in 2+']])
})

it('is a conflict when the fault itself has changed', async () => {
  const sent = await gateway(row('2', abort(20)))
  const { configured, state, value, theirs, edit, apply } = faultDraft(row('1', noFault))
  edit(abort(10))
  configured.value = row('2', abort(20))
  await nextTick()
  await apply()
  expect([state.value, theirs.value, value.value, sent]).toEqual(['conflict', abort(20), abort(10), ['1']])
  await apply()
  expect([state.value, sent]).toEqual(['saved', ['1', '2']])
})

it('does not go round in circles with a gateway that refuses its own version', async () => {
  const sent: unknown[] = []
  await serve((request, answer) => {
    sent.push(request.json)
    answer(409, { current: row('1', noFault) })
  })
  const { state, edit, apply } = faultDraft(row('1', noFault))
  edit(abort(10))
  await apply()
  expect([state.value, sent.length]).toEqual(['conflict', 1])
})
