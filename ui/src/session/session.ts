import { inject, onScopeDispose, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { onSessionEnded } from '../api/http'
import * as api from '../api/session'
import type { Credentials, User } from '../api/session'

export type Session = ReturnType<typeof openSession>

const key: InjectionKey<Session> = Symbol('session')

/**
 * The cookie cannot be read here. This note that there may be one spares a visitor's page its `/api/users/me`: the
 * lights show everybody's requests, and opening the page should not add a refusal to them.
 */
const noteKey = 'messageboard.session'

export function useSession(): Session {
  const session = inject(key)
  if (!session) throw new Error('useSession() outside the component that provides it')
  return session
}

export function provideSession(): Session {
  const session = openSession()
  provide(key, session)
  return session
}

function openSession() {
  const user = shallowRef<User | null>(null)
  /** The last session ended without being asked to. */
  const hasEnded = ref(false)
  const isAsking = ref(false)

  function enter(next: User) {
    user.value = next
    hasEnded.value = false
    isAsking.value = false
    localStorage.setItem(noteKey, '1')
  }

  function leave() {
    user.value = null
    localStorage.removeItem(noteKey)
  }

  onScopeDispose(
    onSessionEnded(() => {
      hasEnded.value = true
      isAsking.value = true
      leave()
    }),
  )

  /** Finds the session of an earlier visit. */
  async function restore() {
    if (localStorage.getItem(noteKey) === null) return
    // A 401 has been dealt with above; after any other failure the visitor can still log in.
    await api.getMe().then(enter, () => undefined)
  }

  async function logIn(credentials: Credentials) {
    enter(await api.logIn(credentials))
  }

  async function register(credentials: Credentials) {
    await api.register(credentials)
    await logIn(credentials)
  }

  /** Also when the call fails: who logs out of a shared screen must not be shown as logged in. */
  async function logOut() {
    try {
      await api.logOut()
    } finally {
      leave()
    }
  }

  return {
    user,
    hasEnded,
    /** Whether the log-in dialog is open. */
    isAsking,
    askToLogIn: () => {
      isAsking.value = true
    },
    restore,
    logIn,
    register,
    logOut,
  }
}
