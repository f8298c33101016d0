import { createApp, type Component } from 'vue'
import { onTestFinished } from 'vitest'

/** Draws a component until the test is over. */
export function mount(component: Component, props: Record<string, unknown>): HTMLElement {
  const root = document.createElement('div')
  const app = createApp(component, props)
  app.mount(root)
  onTestFinished(() => app.unmount())
  return root
}
