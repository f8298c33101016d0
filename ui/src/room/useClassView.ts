import { nextTick, onScopeDispose, ref, watch } from 'vue'
import { isClassView, showClassView } from '../route/view'
import { keepAwake } from './keepAwake'
import { isTyping, opensClassView } from './keys'

const storageKey = 'messageboard.key-f'

/** Whether the key F opens the class view: who dictates to the machine, or presses keys by chance, can do without. */
export const isKeyOn = ref(localStorage.getItem(storageKey) !== 'off')

watch(isKeyOn, (isOn) => localStorage.setItem(storageKey, isOn ? 'on' : 'off'))

/** Opens and leaves the class view, by key too, for as long as the calling component lives; the screen stays on meanwhile. */
export function useClassView() {
  async function show(isShown: boolean) {
    const focused = document.activeElement as HTMLElement | null
    showClassView(isShown)
    // A browser that does not fill the screen shows the same in its window.
    if (isShown) document.documentElement.requestFullscreen?.().catch(() => undefined)
    else if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined)
    await nextTick()
    // What was pressed may be hidden now, or stand elsewhere.
    focused?.focus()
    if (document.activeElement !== focused || focused === document.body)
      document.querySelector<HTMLElement>('.class-switch')?.focus({ preventScroll: true })
  }

  function press(event: KeyboardEvent) {
    if (event.defaultPrevented || event.repeat || isTyping(event.target) || document.querySelector('dialog[open], :popover-open')) return
    if (event.key === 'Escape' && isClassView.value) void show(false)
    else if (isKeyOn.value && opensClassView(event)) void show(!isClassView.value)
  }

  /** The browser takes Esc for itself where the page fills the screen. */
  function leftFullscreen() {
    if (!document.fullscreenElement && isClassView.value && !document.querySelector('dialog[open]')) void show(false)
  }

  window.addEventListener('keydown', press)
  document.addEventListener('fullscreenchange', leftFullscreen)
  const release = keepAwake(isClassView)
  onScopeDispose(() => {
    window.removeEventListener('keydown', press)
    document.removeEventListener('fullscreenchange', leftFullscreen)
    release()
  })

  return { isClassView, show }
}
