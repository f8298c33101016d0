import type { components as Gateway } from './schema/gateway'
import type { components as LogService } from './schema/log-service'
import type { components as MessageService } from './schema/message-service'
import type { components as UserService } from './schema/user-service'

/** The types of the OpenAPI documents, as `npm run types` makes them; what each field means stands there. */
export interface Schemas {
  gateway: Gateway['schemas']
  logs: LogService['schemas']
  messages: MessageService['schemas']
  users: UserService['schemas']
}

/** A type of which the page knows more than its document: fields of fewer values, never of others. */
export type Narrow<T, Known extends Partial<T>> = Omit<T, keyof Known> & Known
