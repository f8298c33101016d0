import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'
import { getTelemetry, type TelemetryState } from '../api/telemetry'

const off: TelemetryState = { on: false, traces: false, logs: false, browser: false, store: null }

const key: InjectionKey<Readonly<ShallowRef<TelemetryState | null>>> = Symbol('telemetry')

/** What the gateway has of traces and log lines; null until it has said. */
export function useTelemetry(): Readonly<ShallowRef<TelemetryState | null>> {
  const telemetry = inject(key)
  if (!telemetry) throw new Error('useTelemetry() outside the component that provides it')
  return telemetry
}

/** Lets all below know; `ask` asks the gateway. */
export function provideTelemetry() {
  const state = shallowRef<TelemetryState | null>(null)
  provide(key, state)

  async function ask() {
    // A page without traces is a whole page.
    state.value = await getTelemetry().catch(() => off)
    return state.value
  }

  return { ask }
}
