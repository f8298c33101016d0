import { defineComponent, h, nextTick } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Fleet } from '../api/fleet'
import type { ServiceConfiguration } from '../api/traffic'
import { provideToasts } from '../common/toast'
import { useI18n } from '../i18n'
import RolloutPanel from '../rollout/RolloutPanel.vue'
import { provideSession } from '../session/session'
import { mount } from '../testing/mount'
import { serve } from '../testing/server'
import { noCounts } from '../traffic/recentWindow'
import { provideTraffic } from '../traffic/traffic'
import ShareComparison from './ShareComparison.vue'
import WeightEditor from './WeightEditor.vue'

/** The browser's side of the stream, played by the test: happy-dom has none. */
class Source extends EventTarget {
  static newest: Source
  onopen: () => void = () => undefined
  close = vi.fn()

  constructor() {
    super()
    Source.newest = this
  }

  tell(event: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }))
    return nextTick()
  }
}

const configuration = (resourceVersion: string, ctx1: number): ServiceConfiguration => ({
  service: 'user-service', resource: null, resourceVersion, weights: { ctx1, ctx2: 100 - ctx1 }, rules: null,
})
const fleet = (weightsInForce: boolean | null): Fleet => ({
  drill: { available: false, clusters: [] },
  pods: [],
  weightsInForce,
  proxyless: false,
})

const { setLocale } = useI18n()

/** Far from the weights. */
const recent = { ...noCounts, total: 100, drawn: { ctx1: 5, ctx2: 95 } }

const Card = defineComponent({
  setup() {
    provideSession().user.value = { username: 'admin', isAdmin: true }
    provideTraffic()
    provideToasts()
    return () => [ShareComparison, WeightEditor, RolloutPanel].map((part) => h(part, { service: 'user-service' }))
  },
})

beforeEach(() => void vi.stubGlobal('EventSource', Source))
afterEach(() => {
  vi.unstubAllGlobals()
  setLocale('en')
})

it('says that the weights are not in force and why, and holds nothing against chance, as long as that is so', async () => {
  const card = await openCard()
  expect(verdict(card)).toBe('outside')
  expect(card.textContent).toContain('chance allows')

  await Source.newest.tell('fleet', fleet(false))
  expect(verdict(card)).toBe('notInForce')
  expect(card.querySelector('.verdict')?.textContent).toContain('Not in force')
  expect(card.querySelector('.verdict')?.textContent).toContain('The gateway’s pod has no Istio proxy, so Kubernetes picks the pods.')
  expect(card.querySelector('.comparison')?.textContent).toContain('observed 5%')
  expect(card.textContent).not.toContain('chance')
  expect(card.querySelector('.range')).toBeNull()

  setLocale('ko')
  await nextTick()
  expect(card.querySelector('.verdict')?.textContent).toContain('Istio 프록시가 없어')

  await Source.newest.tell('fleet', fleet(true))
  expect(verdict(card)).toBe('outside')
})

it('says nothing of it where nobody knows', async () => {
  const card = await openCard()
  await Source.newest.tell('fleet', fleet(null))
  expect(verdict(card)).toBe('outside')
  expect(status(card)).toBe('')
})

it('lets weights be edited, and does not claim that they are in force then', async () => {
  const card = await openCard()
  await Source.newest.tell('fleet', fleet(false))
  expect(status(card)).toBe('Not in force: the gateway’s pod has no Istio proxy.')

  const input = card.querySelector<HTMLInputElement>('input[type=number]')
  expect(input?.disabled).toBe(false)
  Object.assign(input ?? {}, { value: '90' })
  input?.dispatchEvent(new Event('input'))
  await nextTick()
  expect(status(card)).toBe('Not applied yet; configured, not in force: 70 : 30')
  card.querySelector('form')?.dispatchEvent(new Event('submit'))
  await vi.waitFor(() => expect(status(card)).toBe('Saved; waiting for the mesh…'))
  await Source.newest.tell('configuration', { services: [configuration('2', 90)], problems: [], clusters: [] })
  await vi.waitFor(() => expect(status(card)).toBe('Saved, but not in force: the gateway’s pod has no Istio proxy.'))
})

it('offers no roll-out then, and says why', async () => {
  const card = await openCard()
  const form = () => card.querySelector('.rollout form')
  expect(form()).not.toBeNull()

  await Source.newest.tell('fleet', fleet(false))
  expect(form()).toBeNull()
  expect(card.querySelector('.rollout')?.textContent).toContain('The weights are not in force: the gateway’s pod has no Istio proxy.')

  await Source.newest.tell('fleet', fleet(true))
  expect(form()).not.toBeNull()
})

const verdict = (card: HTMLElement) => card.querySelector('.verdict')?.getAttribute('data-verdict')
const status = (card: HTMLElement) => card.querySelector('.status')?.textContent?.trim()

/** With weights and requests. */
async function openCard(): Promise<HTMLElement> {
  await serve(({ method }, answer) =>
    answer(200, method === 'PUT' ? configuration('2', 90) : { services: [{ service: 'user-service', recent }] }))
  const card = mount(Card, {})
  Source.newest.onopen()
  await Source.newest.tell('configuration', { services: [configuration('1', 70)], problems: [], clusters: [] })
  await vi.waitFor(() => expect(card.querySelector('.figures')?.textContent).toContain('observed'))
  return card
}
