import { onScopeDispose, ref, shallowRef } from 'vue'
import { deleteMessage, getMessages, postMessage, type Message, type Paged } from '../api/messages'
import { beginAction, type UserAction } from '../telemetry/browserSpans'

export const pageSize = 10

/** One page of the caller's messages, and what can be done with them. A call that fails leaves its error in `failure`. */
export function useBoard() {
  const page = shallowRef<Paged<Message> | null>(null)
  const failure = shallowRef<unknown>(null)
  const query = ref('')
  const isBusy = ref(false)
  let offset = 0
  let reading: AbortController | undefined

  /** Resolves to whether `action` succeeded. */
  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    failure.value = null
    try {
      await action()
      return true
    } catch (error) {
      failure.value = error
      return false
    }
  }

  /** Reads a page; one that is still being read is given up for it. */
  async function read(from: number) {
    reading?.abort()
    const { signal } = (reading = new AbortController())
    offset = from
    await attempt(async () => {
      const next = await getMessages(query.value.trim(), from, pageSize, signal).catch((error: unknown) => {
        if (signal.aborted) return null
        throw error
      })
      if (next && !signal.aborted) page.value = next
    })
    const { value } = page
    // The last one of a page was deleted.
    if (value?.items.length === 0 && value.offset > 0 && !failure.value) await read(Math.max(0, from - pageSize))
  }

  /** The change and the reading after it are one trace. */
  async function change(name: string, call: (action: UserAction) => Promise<unknown>, readFrom: () => number): Promise<boolean> {
    const action = beginAction(name)
    isBusy.value = true
    const done = await attempt(() => call(action))
    isBusy.value = false
    if (done) await action.within(() => read(readFrom()))
    action.end()
    return done
  }

  function forget() {
    reading?.abort()
    page.value = null
    failure.value = null
    query.value = ''
  }

  onScopeDispose(() => reading?.abort())

  return {
    page,
    failure,
    query,
    isBusy,
    read,
    post: (texts: readonly string[]) =>
      change(
        'post message',
        async (action) => {
          // One after the other: the list shows them in this order.
          for (const text of texts) await action.within(() => postMessage(text))
        },
        () => 0,
      ),
    remove: (id: number) => change('delete message', (action) => action.within(() => deleteMessage(id)), () => offset),
    forget,
  }
}
