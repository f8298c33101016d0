// Two clusters without Istio, in which gateway and services are the mesh themselves: the same YAML does the same as at home.
// scripts/test-clusters.sh starts them, deploys, and says where all is.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { tryCases } from './cases.mjs'
import * as lab from './lab.mjs'
import { address, allReady, clusters, countsOf, eventually, inNode, isUp, kubectl, logInAsAdmin, objects, podsRun } from './lab.mjs'
import { Traffic } from './traffic.mjs'

const traffic = new Traffic(address, 20)
const under = (act, allowed) => lab.under(traffic, act, allowed)
const example = (name) => `istio/examples/${name}.yaml`
let admin

const both = (...words) => Promise.all(clusters.map((cluster) => kubectl(cluster, ...words)))

/** Asks so many times, a few at once; gives what became of each. */
async function ask(count, path, headers = {}) {
  const answers = []
  const asker = async () => {
    while (answers.length < count) {
      const place = answers.push(null) - 1
      const begun = performance.now()
      const answer = await fetch(address + path, { headers, signal: AbortSignal.timeout(10_000) }).catch(() => Response.error()) // status 0
      await answer.arrayBuffer()
      const of = (name) => answer.headers.get(name)
      answers[place] = {
        status: answer.status, cluster: of('x-service-cluster'), pod: of('x-pod-name'), why: of('x-mesh-explain'),
        took: performance.now() - begun,
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, asker))
  return answers
}

const clustersOf = (answers) => [...new Set(answers.map(({ cluster }) => cluster))].sort()

/** Does something, and gives the ms until a single request shows it. */
async function untilSeen(act, path, isSeen) {
  await act()
  const begun = performance.now()
  for (;;) {
    const [answer] = await ask(1, path)
    if (isSeen(answer)) return performance.now() - begun
    assert.ok(performance.now() - begun < 10_000, `not seen: ${JSON.stringify(answer)}`)
  }
}

/** Makes a change in both clusters, and waits until the gateway has read it in both. */
async function change(...words) {
  await both(...words)
  const nameOf = ({ kind, name }) => `${kind} ${name}`
  const changed = await objects('ctx1', 'virtualservices,destinationrules')
  const versions = new Map(changed.map(({ kind, metadata }) => [nameOf({ kind, name: metadata.name }), metadata.resourceVersion]))
  await eventually('the gateway has what both clusters have', async () => {
    const { resources } = await (await fetch(`${address}/api/mesh/resources`)).json()
    const isOld = (one) => versions.has(nameOf(one)) && versions.get(nameOf(one)) !== one.resourceVersion
    const isElsewhereOtherwise = ({ problems }) => problems.some(({ message }) => message.includes('ctx2'))
    const waiting = resources.filter((one) => isOld(one) || isElsewhereOtherwise(one))
    return waiting.length === 0 || waiting
  }, 20, 50)
}

const weights = (ctx1, ctx2) => ['--type=json', '-p', JSON.stringify([
  { op: 'replace', path: '/spec/http/0/route/0/weight', value: ctx1 },
  { op: 'replace', path: '/spec/http/0/route/1/weight', value: ctx2 },
])]

before(async () => {
  // What examples call regions: at home these are the clusters.
  for (const cluster of clusters)
    await kubectl(cluster, 'label', '--overwrite', 'node', cluster, `topology.kubernetes.io/region=${cluster}`)
  await isUp(traffic)
  admin = await logInAsAdmin()
  traffic.start()
  // Whoever did not answer in time while all started is not asked for half a minute.
  await eventually('all pods of user-service answer, none of them slowly', async () => {
    const answers = await ask(40, '/api/users/ping')
    const slowest = Math.max(...answers.map(({ took }) => took))
    return (countsOf(answers.map(({ pod }) => pod)).size === 4 && slowest < 250) || slowest
  })
})
after(() => traffic.stop())

/** A test that changes the mesh's configuration, which is afterwards what a deployment begins with. */
const changing = (what, act) =>
  test(what, async () => {
    try {
      await act()
    } finally {
      await change('apply', '-k', 'istio')
    }
  })

test('no proxy is there, and the weights are in force', async () => {
  for (const cluster of clusters)
    for (const { metadata, spec } of await objects(cluster, 'pods'))
      assert.deepEqual(spec.containers.map(({ name }) => name), ['app'], metadata.name)
  const fleet = await (await fetch(`${address}/api/mesh/fleet`)).json()
  assert.deepEqual([fleet.weightsInForce, fleet.proxyless], [true, true])
})

test('of 2,000 requests 70:30 go where the weights say, within chance', async () => {
  const answers = await ask(2000, '/api/users/ping')
  assert.deepEqual(answers.filter(({ status }) => status !== 200), [])
  const counts = countsOf(answers.map(({ cluster }) => cluster))
  const pods = countsOf(answers.map(({ pod }) => pod))
  console.log(`  ctx1 ${counts.get('ctx1')}, ctx2 ${counts.get('ctx2')}; by pod ${[...pods.values()]}`)
  // Four and a half standard deviations: once in 150,000 runs.
  const deviation = Math.sqrt(2000 * 0.7 * 0.3)
  assert.ok(Math.abs(counts.get('ctx1') - 1400) < 4.5 * deviation, `${counts.get('ctx1')} of 2000`)
  assert.equal(pods.size, 4)
})

changing('an edit with kubectl is in force within a second, in both clusters', async () => {
  const took = []
  const edit = () => both('patch', 'virtualservice', 'log-service', ...weights(0, 100))
  took.push(await untilSeen(edit, '/api/logs/ping', ({ cluster }) => cluster === 'ctx2'))
  const answers = await ask(300, '/api/logs/ping')
  assert.deepEqual(clustersOf(answers), ['ctx2'])

  // A policy is obeyed by the pods that are called: here those of ctx2, then those of ctx1.
  for (const cluster of [...clusters].reverse()) {
    await change('patch', 'virtualservice', 'log-service', ...(cluster === 'ctx1' ? weights(100, 0) : weights(0, 100)))
    const policy = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'no-pings' } }
    const rules = [{ to: [{ operation: { paths: ['/api/logs/ping'] } }] }]
    const spec = { action: 'DENY', selector: { matchLabels: { app: 'log-service' } }, rules }
    const file = `${process.env.LAB_FOLDER}/policy.json`
    await writeFile(file, JSON.stringify({ ...policy, spec }))
    took.push(await untilSeen(() => kubectl(cluster, 'apply', '-f', file), '/api/logs/ping', ({ status }) => status === 403))
    took.push(await untilSeen(() => kubectl(cluster, 'delete', '-f', file), '/api/logs/ping', ({ status }) => status === 200))
  }
  console.log(`  in force after ${took.map((ms) => Math.round(ms))} ms`)
  assert.ok(Math.max(...took) < 1000, `${took}`)
})

changing('a canary goes by its header', async () => {
  await change('apply', '-f', example('request-routing/message-service'))
  assert.deepEqual(clustersOf(await ask(50, '/api/messages/ping')), ['ctx1'])
  assert.deepEqual(clustersOf(await ask(50, '/api/messages/ping', { 'end-user': 'trainee' })), ['ctx2'])
})

changing('a fault is injected, and explained', async () => {
  const http = [{
    name: 'default',
    fault: { abort: { httpStatus: 418, percentage: { value: 100 } }, delay: { fixedDelay: '0.3s', percentage: { value: 100 } } },
    route: [{ destination: { host: 'user-service', subset: 'ctx1' } }],
  }]
  await change('patch', 'virtualservice', 'user-service', '--type=merge', '-p', JSON.stringify({ spec: { http } }))
  const answers = await ask(20, '/api/users/ping', { ...admin, 'x-mesh-explain': 'true' })
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [418])
  assert.ok(answers.every(({ took }) => took >= 300))
  const why = JSON.parse(answers[0].why)
  assert.match(JSON.stringify(why), /user-service/)
  assert.match(JSON.stringify(why), /fault|FI|DI/i)
})

changing('a mirror gets what is not its to answer', async () => {
  await change('apply', '-f', example('mirroring/log-service'))
  const calls = async () => (await (await fetch(`${address}/api/logs/redis`, { headers: admin })).json())
  await ask(40, '/api/logs/ping')
  await eventually('calls of pods in ctx2 are told of', async () => {
    const told = JSON.stringify(await calls())
    return /"cluster":"ctx2"/.test(told) || told.slice(0, 300)
  }, 20)
  assert.deepEqual(clustersOf(await ask(40, '/api/logs/ping')), ['ctx1'])
})

test('an API server that is frozen stops no request, and the last known pods serve on', async () => {
  await under(async () => {
    await inNode('ctx2', 'pkill', '-STOP', 'kube-apiserver')
    await pause(20_000)
    await inNode('ctx2', 'pkill', '-CONT', 'kube-apiserver')
  })
  await allReady()
})

changing('a request goes to the own region, and to the other one when its pods are gone, without a failed one', async () => {
  await change('apply', '-f', example('locality-failover/user-service'))
  assert.deepEqual(clustersOf(await ask(100, '/api/users/ping')), ['ctx1'])
  const scale = (replicas) => kubectl('ctx1', 'scale', 'deployment/user-service', `--replicas=${replicas}`)
  await under(async () => {
    try {
      await scale(0)
      await eventually('ctx2 answers', async () => clustersOf(await ask(5, '/api/users/ping')).join() === 'ctx2', 60)
      await podsRun('ctx1', 'user-service', 0)
    } finally {
      await scale(2)
    }
    await kubectl('ctx1', 'rollout', 'status', 'deployment/user-service', '--timeout=120s')
    await eventually('ctx1 answers again', async () => clustersOf(await ask(5, '/api/users/ping')).join() === 'ctx1', 60)
  })
})

changing('a drain of ctx2 fails no request where any pod may answer', async () => {
  for (const service of lab.services) {
    const spec = {
      http: [{
        name: 'default', timeout: '1s', retries: { attempts: 2, retryOn: 'connect-failure,gateway-error,reset' },
        route: [{ destination: { host: service } }],
      }],
    }
    await change('patch', 'virtualservice', service, '--type=merge', '-p', JSON.stringify({ spec }))
  }
  try {
    await under(async () => {
      const which = ['--ignore-daemonsets', '--delete-emptydir-data', '--skip-wait-for-delete-timeout=1']
      await kubectl('ctx2', 'drain', 'ctx2', ...which, `--pod-selector=app in (${lab.services})`, '--timeout=120s')
      await pause(3000)
    })
  } finally {
    await kubectl('ctx2', 'uncordon', 'ctx2')
    await allReady()
  }
})

test('whoever does not sign is not let in', async () => {
  const [pod] = await objects('ctx2', 'pods', '-l', 'app=log-service')
  const url = `http://${pod.status.podIP}:8080/api/logs/ping`
  const forged = 'X-Mesh-Source: cluster.local/ns/messageboard/sa/gateway 00'
  const said = await inNode('ctx1', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', forged, url)
  assert.equal(said, '403')
})

changing("other people's cases hold on the clusters", async () => {
  await traffic.stop()
  const { tried, wrong } = await tryCases(process.env.CASES, lab.adminPassword)
  console.log(`  ${tried} cases`)
  assert.deepEqual(wrong, [])
  assert.ok(tried >= 10, `${tried}`)
})
