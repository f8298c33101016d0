import { defineComponent, h } from 'vue'
import { expect, it, vi } from 'vitest'
import type { Attempt, ExplainedRequest as Request, Explanation } from '../api/requests'
import { provideSession } from '../session/session'
import { provideTelemetry } from '../telemetry/telemetry'
import { mount } from '../testing/mount'
import { serve } from '../testing/server'
import { provideTraffic } from '../traffic/traffic'
import AttemptList from './AttemptList.vue'
import ExplainedRequest from './ExplainedRequest.vue'

const attempt = (reason: string | null): Attempt => ({ workload: 'out-1', endpoint: '10.0.0.1:443', status: null, flag: 'UF', reason })

// It has no EventSource, and this page needs no events.
vi.stubGlobal('EventSource', class { addEventListener = vi.fn(); close = vi.fn() })

const Page = defineComponent({
  setup() {
    provideSession()
    provideTraffic()
    provideTelemetry()
    return () => h(ExplainedRequest, { id: 1 })
  },
})

it('says of a failed try why there was no answer, where that is known', () => {
  const list = mount(AttemptList, { attempts: [attempt('the certificate is for other.example.com'), attempt(null)] })

  const tries = [...list.querySelectorAll('li')]
  expect(tries.map((element) => element.querySelector('.reason')?.textContent)).toEqual([
    'the certificate is for other.example.com', undefined,
  ])
})

it.each([[[]], [['the caller’s timeout of 3 s holds', 'its body is too long to be sent again']]])('shows the notes %j', async (notes) => {
  const page = await mountExplained({ notes })

  await vi.waitFor(() => expect(page.querySelector('.steps')).not.toBeNull())
  expect([...page.querySelectorAll('.notes p')].map(({ textContent }) => textContent)).toEqual(notes)
  expect(page.querySelector('.notes') === null).toBe(notes.length === 0)
})

it.each([[false, 'but was not sent'], [true, 'To user-service, ctx2.']])('says, sent or not (%s): %s', async (sent, words) => {
  const page = await mountExplained({
    destination: { host: 'user-service.messageboard', subset: 'ctx2', port: 80, loadBalancer: 'LEAST_REQUEST', sent },
  })

  await vi.waitFor(() => expect(page.querySelector('.destination')).not.toBeNull())
  expect(page.querySelector('.destination')?.textContent).toContain(words)
})

it('offers to log in for another browser’s request, and asks nobody whose session has not ended', async () => {
  await serve((_, answer) => answer(401, {}))
  const page = mount(Page, {})

  await vi.waitFor(() => expect(page.querySelector('.prompt')).not.toBeNull())
  expect(page.querySelector('.alert')).toBeNull()
})

async function mountExplained(change: Partial<Explanation>): Promise<HTMLElement> {
  const request = {
    id: 1, method: 'GET', path: '/', status: 200, cluster: null, durationMs: 1, time: '2026-11-27T08:00:00Z', flags: null, traceId: 'a',
    explanation: {
      host: 'user-service', virtualService: null, httpRoute: null, route: null, draw: null, weights: [], destination: null,
      attempts: [], faults: [], mirrors: [], ejected: [], notes: [], flags: '', ...change,
    },
  } as unknown as Request
  await serve((_, answer) => answer(200, request))
  return mount(Page, {})
}
