import { onMounted, onScopeDispose, ref, type Ref } from 'vue'

/** Whether somebody can see the element: it is in the window, and the window is. */
export function useVisible(element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<boolean>> {
  const isVisible = ref(false)
  let isInside = false
  const update = () => {
    isVisible.value = isInside && !document.hidden
  }
  const observer = new IntersectionObserver((entries) => {
    isInside = entries.at(-1)?.isIntersecting ?? false
    update()
  })
  onMounted(() => {
    if (element.value) observer.observe(element.value)
  })
  document.addEventListener('visibilitychange', update)
  onScopeDispose(() => {
    observer.disconnect()
    document.removeEventListener('visibilitychange', update)
  })
  return isVisible
}
