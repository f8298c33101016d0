import { send } from './http'
import type { Schemas } from './schemas'

export type Message = Schemas['messages']['MessageView']

export interface Paged<T> {
  items: T[]
  total: number
  offset: number
  limit: number
}

export const postMessage = (message: string) => send<Message>('POST', '/api/messages', { body: { message } })

export const deleteMessage = (id: number) => send<undefined>('DELETE', `/api/messages/${id}`)

/** Own messages, newest first; only those that contain `query` if there is one. */
export function getMessages(query: string, offset: number, limit: number, signal: AbortSignal) {
  const parameters = new URLSearchParams({ offset: String(offset), limit: String(limit) })
  if (query) parameters.set('q', query)
  return send<Paged<Message>>('GET', `/api/messages${query ? '/search' : ''}?${parameters}`, { signal })
}
