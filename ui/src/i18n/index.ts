import { computed, ref, watchEffect } from 'vue'
import { readQuery, replaceQuery } from '../route/query'
import { en, type Texts } from './en'
import { ko } from './ko'

const dictionaries = { en, ko } satisfies Record<string, Texts>
export type Locale = keyof typeof dictionaries

/** Each language in its own words. */
export const locales: Record<Locale, string> = { ko: '한국어', en: 'English' }

const storageKey = 'messageboard.locale'

const locale = ref<Locale>(pickLocale(readQuery('lang'), localStorage.getItem(storageKey), navigator.languages))

watchEffect(() => {
  document.documentElement.lang = locale.value
})

/** The address's language, else the remembered one, else the first of the browser's that the page speaks, else English. */
export function pickLocale(asked: string | null, remembered: string | null, preferred: readonly string[]): Locale {
  return [asked ?? '', remembered ?? '', ...preferred].map((tag) => tag.toLowerCase().split('-')[0]).find(isLocale) ?? 'en'
}

function isLocale(tag: string | undefined): tag is Locale {
  return tag !== undefined && Object.hasOwn(dictionaries, tag)
}

function setLocale(next: Locale): void {
  locale.value = next
  if (readQuery('lang') !== null) replaceQuery('lang', next)
  localStorage.setItem(storageKey, next)
}

const formats = computed(() => {
  const tag = locale.value
  const number = new Intl.NumberFormat(tag)
  const decimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })
  const precise = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 })
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 })
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'medium' })
  const minute = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const moment = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  return { number, decimal, precise, percent, time, minute, moment }
})

/** The texts and formats of the chosen language; all of it reactive. */
export function useI18n() {
  return {
    locale,
    setLocale,
    t: computed<Texts>(() => dictionaries[locale.value]),
    number: (value: number) => formats.value.number.format(value),
    decimal: (value: number) => formats.value.decimal.format(value),
    /** To three digits, however small. */
    precise: (value: number) => formats.value.precise.format(value),
    /** Of a share from 0 to 1. */
    percent: (share: number) => formats.value.percent.format(share),
    time: (instant: string | Date) => formats.value.time.format(new Date(instant)),
    /** Of seconds since 1970, the hour and minute. */
    minute: (seconds: number) => formats.value.minute.format(seconds * 1000),
    moment: (instant: string) => formats.value.moment.format(new Date(instant)),
  }
}
