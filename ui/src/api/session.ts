import { send } from './http'

export interface User {
  username: string
  isAdmin: boolean
}

export interface Credentials {
  username: string
  password: string
}

export interface PasswordChange {
  current: string
  new: string
}

export const getMe = () => send<User>('GET', '/api/users/me')
export const register = (body: Credentials) => send<unknown>('POST', '/api/register', { body, anonymous: true })
export const logIn = (body: Credentials) => send<User>('POST', '/api/login', { body, anonymous: true })
export const logOut = () => send<undefined>('POST', '/api/logout', { anonymous: true })
export const changePassword = (body: PasswordChange) => send<undefined>('PUT', '/api/users/me/password', { body })
