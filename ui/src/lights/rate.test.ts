import { defineComponent, h, nextTick } from 'vue'
import { expect, it, vi } from 'vitest'
import { provideRoute } from '../route/route'
import { provideSession } from '../session/session'
import { provideTelemetry } from '../telemetry/telemetry'
import { mount } from '../testing/mount'
import { serve } from '../testing/server'
import { provideTraffic } from '../traffic/traffic'
import { provideRequestSenders } from './requestSender'
import RequestSender from './RequestSender.vue'

// It has no EventSource, and this page needs no events.
vi.stubGlobal('EventSource', class { addEventListener = vi.fn(); close = vi.fn() })

const Page = defineComponent({
  setup() {
    provideSession()
    provideTraffic()
    provideTelemetry()
    provideRoute()
    provideRequestSenders()
    return () => h(RequestSender, { service: 'user-service' })
  },
})

it('leaves the rate field alone while one types and requests are sent', async () => {
  let sent = 0
  await serve((request, answer) => {
    if (request.url?.endsWith('/ping')) sent++
    answer(200, {})
  })
  const page = mount(Page, {})
  const field = page.querySelector('.rate input') as HTMLInputElement
  const type = (text: string) => {
    field.value = text
    field.dispatchEvent(new Event('input'))
  }
  const start = page.querySelector('.start') as HTMLButtonElement
  start.click()
  type('')
  const before = sent
  await vi.waitFor(() => expect(sent).toBeGreaterThan(before + 2))
  expect(field.value).toBe('')
  type('4')
  await vi.waitFor(() => expect(sent).toBeGreaterThan(before + 4), 3_000)
  expect(field.value).toBe('4')
  type('400')
  field.dispatchEvent(new Event('change'))
  await nextTick()
  expect(field.value).toBe('50')
  ;(page.querySelector('.stop') as HTMLButtonElement).click()
})
