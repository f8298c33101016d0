// Steady requests, whatever becomes of those before: of ten, six pings and four posts of a logged-in user.
import { setTimeout as pause } from 'node:timers/promises'

const mix = ['users', 'messages', 'post', 'logs', 'users', 'post', 'messages', 'post', 'logs', 'post']
const patience = 10_000 // ms

export class Traffic {
  #number = 0
  #run = `clusters ${Date.now().toString(36)}`
  #underWay = new Set()
  #stopped = true
  #loop = null
  #cookie = ''

  /** Those that have ended: what was asked for, when each began, its status, 0 for none, who answered it, and the text that it posted. */
  ended = []

  constructor(address, rate) {
    Object.assign(this, { address, interval: 1000 / rate })
  }

  /** Makes a user and logs in. */
  async logIn() {
    const account = JSON.stringify({ username: `u${Date.now().toString(36)}`, password: 'correct horse battery' })
    const headers = { 'content-type': 'application/json' }
    for (const path of ['/api/register', '/api/login']) {
      const answer = await fetch(this.address + path, { method: 'POST', headers, body: account, signal: AbortSignal.timeout(30_000) })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    }
  }

  start() {
    this.#stopped = false
    this.#loop = this.#send()
  }

  /** Stops, when the last answers are there. */
  async stop() {
    this.#stopped = true
    await this.#loop
    await Promise.all(this.#underWay)
  }

  /** Does something under traffic, and goes on for two seconds; gives the requests of this time. */
  async during(act) {
    const from = performance.now()
    await act()
    await pause(2000)
    const until = performance.now()
    await Promise.all(this.#underWay)
    return this.ended.filter(({ begun }) => begun >= from && begun < until)
  }

  /** The texts of the messages that were acknowledged with 201. */
  get acknowledged() {
    return this.ended.filter(({ status, text }) => text && status === 201).map(({ text }) => text)
  }

  async #send() {
    const begun = performance.now()
    for (let due = 0; !this.#stopped; due++) {
      const wait = begun + due * this.interval - performance.now()
      if (wait > 0) await pause(wait)
      const one = this.#sendOne(this.#number++).finally(() => this.#underWay.delete(one))
      this.#underWay.add(one)
    }
  }

  async #sendOne(number) {
    const kind = mix[number % mix.length]
    const text = kind === 'post' ? `${this.#run} ${number}` : null
    const begun = performance.now()
    let status = 0
    let cluster = null
    try {
      const answer = text
        ? await fetch(`${this.address}/api/messages`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', cookie: this.#cookie },
            body: JSON.stringify({ message: text }),
            signal: AbortSignal.timeout(patience),
          })
        : await fetch(`${this.address}/api/${kind}/ping`, { signal: AbortSignal.timeout(patience) })
      await answer.arrayBuffer()
      status = answer.status
      cluster = answer.headers.get('x-service-cluster')
    } catch {
      // No answer in time, or a connection that broke off: status 0.
    }
    this.ended.push({ kind, begun, took: performance.now() - begun, status, cluster, text })
  }
}

export const failed = (requests) => requests.filter(({ status }) => status === 0 || status >= 500)
