// The two clusters that scripts/test-clusters.sh has started and deployed to, for the tests in this folder.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { failed } from './traffic.mjs'

export const { LAB: lab, LAB_FOLDER: folder, IMAGES: images } = process.env
/** The programs that deploy, with --proxyless or with --skip-istio, and take all away; where the page is with one or the other. */
export const { DEPLOY: deploy, DEPLOY_SKIP_ISTIO: deploySkipIstio, CLEANUP: cleanup } = process.env
export const { ADDRESS: address, DOOR_OF_ISTIO: doorOfIstio } = process.env
export const space = 'messageboard'
export const clusters = ['ctx1', 'ctx2']
export const services = ['user-service', 'message-service', 'log-service']
export const programs = [...services, 'gateway']

export const run = async (command, ...words) => (await promisify(execFile)(command, words, { maxBuffer: 64e6 })).stdout
export const kubectl = (cluster, ...words) => run('kubectl', '--context', cluster, '--namespace', space, ...words)
export const objects = async (cluster, kind, ...words) => JSON.parse(await kubectl(cluster, 'get', kind, '-o', 'json', ...words)).items
export const inBoth = async (kind) => (await Promise.all(clusters.map((cluster) => objects(cluster, kind)))).flat()
export const inNode = (cluster, ...words) => run(lab, 'shell', folder, cluster, ...words)

export const appOf = ({ metadata }) => metadata.labels.app
export const isReady = ({ metadata, status: { phase, conditions = [] } }) =>
  !metadata.deletionTimestamp && (phase === 'Succeeded' || conditions.some(({ type, status }) => type === 'Ready' && status === 'True'))
const isRunning = ({ status }) => status.containerStatuses?.some(({ state }) => state.running)
/** Whether no more than the object is left of a pod, as it is for up to a minute. */
const hasEnded = (pod) => pod.metadata.deletionTimestamp && !isRunning(pod)

export const countsOf = (values) => values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map())

/** Waits for a condition to be true; what it gives else, or throws, is told at the end. */
export async function eventually(what, condition, seconds = 120, step = 500) {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const answer = await condition().catch((error) => ({ error }))
    if (answer === true) return
    if (Date.now() > until) assert.fail(`not within ${seconds} s: ${what} (${answer?.error?.message ?? JSON.stringify(answer)})`)
    await pause(step)
  }
}

/** Asked every two seconds: kubectl twice a second would take a processor from the pods. */
export const allReady = () =>
  eventually('all pods are ready', async () => {
    const waiting = (await inBoth('pods')).filter((pod) => !isReady(pod) && !hasEnded(pod)).map(({ metadata }) => metadata.name)
    return waiting.length === 0 || waiting
  }, 120, 2000)

/** Waits until so many pods of a program run, those that are ending among them. */
export const podsRun = (cluster, program, count) =>
  eventually(`${count} pods of ${program} run in ${cluster}`, async () => {
    const pods = await objects(cluster, 'pods', '-l', `app=${program}`)
    const running = pods.filter(isRunning).length
    return running === count || running
  }, 60, 2000)

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/** Tells what an act did to the requests, and sees that no more of them failed than may; gives the requests. */
export async function under(traffic, act, allowed = 0) {
  const requests = await traffic.during(act)
  const lost = failed(requests)
  const longest = Math.max(...requests.map(({ took }) => took))
  const within = lost.length ? ` within ${seconds(lost.at(-1).begun - lost[0].begun)}` : ''
  console.log(`  ${requests.length} requests, ${lost.length} failed${within}, the longest took ${Math.round(longest)} ms`)
  assert.ok(requests.length > 20, `${requests.length} requests`)
  const told = [...countsOf(lost.map(({ status, kind }) => `${kind} ${status}`))].map(([status, count]) => `${status}: ${count}`).join(', ')
  const first = lost.slice(0, 5).map(({ begun, kind, took }) => `${kind} at ${seconds(begun - requests[0].begun)} after ${seconds(took)}`)
  assert.ok(lost.length <= allowed, `${lost.length} of ${requests.length} failed, ${allowed} may (${told}); first ${first.join(', ')}`)
  return requests
}

/** The password of the first admin. */
export async function adminPassword() {
  const secret = await kubectl('ctx1', 'get', 'secret', 'admin', '-o', 'jsonpath={.data.admin-password}')
  return Buffer.from(secret, 'base64').toString()
}

/** Logs the admin in; gives the headers with which that admin asks. */
export async function logInAsAdmin() {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'admin', password: await adminPassword() })
  const login = await fetch(`${address}/api/login`, { method: 'POST', headers, body })
  assert.equal(login.status, 200)
  return { ...headers, cookie: login.headers.getSetCookie()[0].split(';')[0] }
}

/** Waits until the pods are ready and one can log in; ends the run where that never comes, or each test would tell it anew. */
export async function isUp(traffic) {
  try {
    await allReady()
    await eventually('one can log in', () => traffic.logIn().then(() => true))
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
