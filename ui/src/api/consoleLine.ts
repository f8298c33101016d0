import { ref, watch } from 'vue'
import { urlTemplate } from './urlTemplate'

const storageKey = 'messageboard.console'

/** Whether each call of the page has its line in the browser's console. */
export const isConsoleOn = ref(localStorage.getItem(storageKey) !== 'off')

watch(isConsoleOn, (isOn) => localStorage.setItem(storageKey, isOn ? 'on' : 'off'))

/** Who answered a call, and where; what somebody typed is not told. */
export function writeLine(method: string, path: string, { status, headers }: Response): void {
  if (!isConsoleOn.value) return
  // The gateway answers some calls by itself, and where no service answers it does so in its place.
  const service = headers.get('X-Service-Name')
  const from = service ? `${service}  ${headers.get('X-Service-Cluster') ?? '–'}  ${headers.get('X-Pod-Name') ?? '–'}` : 'gateway'
  console.log(`${method} ${urlTemplate(path)}  ${status}  ${from}  trace ${headers.get('X-Trace-Id') ?? '–'}`)
}

export function writeUnanswered(method: string, path: string): void {
  if (isConsoleOn.value) console.log(`${method} ${urlTemplate(path)}  no answer`)
}
