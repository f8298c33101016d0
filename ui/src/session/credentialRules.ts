import type { Credentials } from '../api/session'

export type Field = keyof Credentials

/** Only its length is told here, in which blanks in a row are one: which are too common, the service knows. */
export function isPassword(password: string): boolean {
  return /^.{12,}$/su.test(password.replace(/ +/g, ' ')) && /^.{0,128}$/su.test(password)
}

/** The services' own rules, told before they have to refuse; characters are code points, names composed (NFC). */
const rules: Record<Field, (value: string) => boolean> = {
  username: (name) => /^(?!\p{M})(?!.*\p{DI})[\p{L}\p{M}\p{Nd}_.-]{3,32}$/u.test(name.normalize('NFC')),
  password: isPassword,
}

/** The fields that a registration would be refused for. */
export function brokenRules(credentials: Credentials): Field[] {
  return (Object.keys(rules) as Field[]).filter((field) => !rules[field](credentials[field]))
}
