import { send } from './http'
import type { Narrow, Schemas } from './schemas'

export type User = Schemas['users']['Me']

export type Credentials = Narrow<Schemas['users']['Credentials'], { username: string; password: string }>

export type PasswordChange = Narrow<Schemas['users']['PasswordChange'], { current: string; new: string }>

export const getMe = () => send<User>('GET', '/api/users/me')
export const register = (body: Credentials) => send<unknown>('POST', '/api/register', { body, anonymous: true })
export const logIn = (body: Credentials) => send<User>('POST', '/api/login', { body, anonymous: true })
export const logOut = () => send<undefined>('POST', '/api/logout', { anonymous: true })
export const changePassword = (body: PasswordChange) => send<undefined>('PUT', '/api/users/me/password', { body })
