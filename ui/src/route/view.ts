import { ref, watchEffect } from 'vue'
import { readQuery, replaceQuery } from './query'

/** Whether the page is laid out for a room's projector: map, lamps, sliders and drill alone, all of them large. */
export const isClassView = ref(readQuery('view') === 'class')

watchEffect(() => {
  if (isClassView.value) document.documentElement.dataset.view = 'class'
  else delete document.documentElement.dataset.view
})

export function showClassView(isShown: boolean): void {
  isClassView.value = isShown
  replaceQuery('view', isShown ? 'class' : null)
}
