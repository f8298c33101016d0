import { watch, type Ref } from 'vue'

/** Keeps the screen on while it is `wanted` and the page is seen, where the browser can; returns how to stop. */
export function keepAwake(wanted: Readonly<Ref<boolean>>): () => void {
  let lock: Promise<WakeLockSentinel | undefined> | undefined

  function update() {
    const isNeeded = wanted.value && !document.hidden
    if (isNeeded) lock ??= navigator.wakeLock?.request('screen').catch(() => undefined)
    else release()
  }

  function release() {
    void lock?.then((sentinel) => sentinel?.release())
    lock = undefined
  }

  const stop = watch(wanted, update, { immediate: true })
  // The browser lets go of it by itself when the page is hidden.
  document.addEventListener('visibilitychange', update)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', update)
    release()
  }
}
