import type { Credentials } from '../api/session'

/** The services' own rules, told before they have to refuse. */
const rules: Record<keyof Credentials, (value: string) => boolean> = {
  username: (name) => /^[\p{L}\p{M}\p{Nd}_.-]{3,32}$/u.test(name),
  password: (password) => password.length >= 8 && password.length <= 256,
}

export type Field = keyof Credentials

/** The fields that a registration would be refused for. */
export function brokenRules(credentials: Credentials): Field[] {
  return (Object.keys(rules) as Field[]).filter((field) => !rules[field](credentials[field]))
}
