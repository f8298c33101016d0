// What happens to requests in two clusters in which pods run, and the mesh in them, when pods, stores and deployments come and go.
// scripts/test-clusters.sh starts them, deploys, and says where all is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import * as lab from './lab.mjs'
import { address, allReady, appOf, cleanup, clusters, countsOf, deploy, deploySkipIstio, doorOfIstio, eventually } from './lab.mjs'
import { images, inBoth, inNode, isReady, isUp, kubectl, logInAsAdmin, objects, podsRun, programs, run, services, space } from './lab.mjs'
import { failed, Traffic } from './traffic.mjs'

const traffic = new Traffic(address, 20)
const under = (act, allowed) => lab.under(traffic, act, allowed)

before(async () => {
  await isUp(traffic)
  traffic.start()
})
after(() => traffic.stop())

test('every pod is as the profile "restricted" wants it, seen from its node', async () => {
  for (const cluster of clusters) {
    const pods = (await objects(cluster, 'pods')).filter((pod) => programs.includes(appOf(pod)) && isReady(pod))
    assert.equal(pods.length, cluster === 'ctx1' ? 7 : 6)
    const seen = await inNode(cluster, 'sh', '-c', `for p in /proc/[0-9]*; do
      grep -qsE 'MessageBoard\\.(Gateway|[A-Z][a-z]+Service)\\.dll' $p/cmdline || continue
      of() { sed -n "s/^$1:\\t//p" $p/status | tr '\\t' ' '; }
      echo "$(of Uid)|$(of CapEff)|$(of NoNewPrivs)|$(of Seccomp)|$(awk '$5 == "/" { print $6 }' $p/mountinfo | cut -d, -f1)"
    done`)
    const processes = seen.trim().split('\n')
    assert.equal(processes.length, pods.length, seen)
    // The user and no other, no capabilities, none to be gained, a filter of system calls, a root that nobody writes to.
    for (const line of processes) assert.equal(line, '1654 1654 1654 1654|0000000000000000|1|2|ro')
  }
})

test('both clusters answer, and the Jobs ran once', async () => {
  await eventually('ctx1 and ctx2 answer', async () => {
    const answered = new Set(traffic.ended.map(({ cluster }) => cluster))
    return clusters.every((cluster) => answered.has(cluster)) || [...answered]
  })
  const jobs = await objects('ctx1', 'jobs')
  assert.deepEqual(jobs.map(({ metadata, status }) => [metadata.name, status.succeeded, status.failed ?? 0]).sort(), [
    ['schema', 1, 0],
    ['topic', 1, 0],
  ])
})

test('the gateway reads and edits VirtualServices of both clusters with its own tokens', async () => {
  const headers = await logInAsAdmin()
  const edit = async (ctx1, ctx2) => {
    const answer = await fetch(`${address}/api/traffic/weights/user-service`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ weights: { ctx1, ctx2 } }),
    })
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`)
  }
  for (const [ctx1, ctx2] of [[40, 60], [70, 30]]) {
    await edit(ctx1, ctx2)
    for (const cluster of clusters)
      await eventually(`${cluster} has ${ctx1}:${ctx2}`, async () => {
        const [service] = (await objects(cluster, 'virtualservices')).filter(({ metadata }) => metadata.name === 'user-service')
        const routes = service.spec.http.at(-1).route.map(({ weight }) => weight)
        return (routes[0] === ctx1 && routes[1] === ctx2) || routes
      })
  }
})

for (const [program, where] of [['gateway', ['ctx1']], ...services.map((service) => [service, clusters])])
  test(`a rollout of ${program} in ${where.join(' and ')} loses no request`, async () => {
    const rollOut = async (cluster) => {
      await kubectl(cluster, 'rollout', 'restart', `deployment/${program}`)
      await kubectl(cluster, 'rollout', 'status', `deployment/${program}`, '--timeout=180s')
      await podsRun(cluster, program, program === 'gateway' ? 1 : 2)
    }
    await under(() => Promise.all(where.map(rollOut)))
  })

test('a healthy start warns of nothing', async () => {
  // Each pod has started while all it needs was there, but for Kafka, which here takes connections and never answers: that is told once.
  for (const cluster of clusters)
    for (const pod of (await objects(cluster, 'pods')).filter((pod) => programs.includes(appOf(pod)) && isReady(pod))) {
      const lines = (await kubectl(cluster, 'logs', pod.metadata.name, '-c', 'app')).trim().split('\n').map((line) => JSON.parse(line))
      const kafka = lines.filter(({ message, level }) => level === 'Warning' && message.startsWith('Kafka does not answer'))
      const others = lines.filter(({ message, level }) => level === 'Warning' && !message.startsWith('Kafka does not answer'))
      assert.deepEqual(others.map(({ message }) => message), [], pod.metadata.name)
      assert.equal(kafka.length, appOf(pod) === 'gateway' ? 0 : 1, pod.metadata.name)
    }
})

/** How often containers of a service have been started anew in ctx1. */
const restartsOf = async (service) =>
  (await objects('ctx1', 'pods', '-l', `app=${service}`)).reduce((sum, { status }) => sum + status.containerStatuses[0].restartCount, 0)

for (const service of services)
  test(`a process of ${service} that is killed is started anew`, async () => {
    const before = await restartsOf(service)
    await under(async () => {
      const name = `MessageBoard.${service[0].toUpperCase()}${service.slice(1, -'-service'.length)}Service.dll`
      await inNode('ctx1', 'sh', '-c', `kill -9 $(pgrep -f ${name} | head -n 1)`)
      await eventually('it is started anew', async () => (await restartsOf(service)) > before, 60, 2000)
      await allReady()
    }, 5)
  })

for (const [cluster, pod, allowed] of [['ctx2', 'redis-0', 200], ['ctx1', 'mariadb-0', 400]])
  test(`${pod} that is deleted comes back with its data, and only what needs it fails until it is ready`, async () => {
    let gone, ready
    const requests = await under(async () => {
      await kubectl(cluster, 'delete', 'pod', pod)
      gone = performance.now()
      await eventually('it is ready', async () => isReady(JSON.parse(await kubectl(cluster, 'get', 'pod', pod, '-o', 'json'))))
      ready = performance.now()
      await eventually('posts are taken again', async () => traffic.ended.slice(-10).some(({ text, status }) => text && status === 201))
      await pause(5000)
    }, Infinity)
    const lost = failed(requests)
    assert.deepEqual([...new Set(lost.map(({ kind }) => kind))], ['post'])
    // A kubelet of 1.20 may keep the old pod for a minute, in which there can be no new one.
    const without = lost.filter(({ begun }) => begun > gone).length
    assert.ok(without <= allowed, `${without} failed after the old pod was gone, ${allowed} may`)
    const late = lost.filter(({ begun }) => begun > ready + 3000).length
    assert.equal(late, 0, `${late} more than 3 s after it was ready`)
  })

/** Deploys in vain; gives what was said of it. */
async function inVain(...words) {
  const { code, stderr } = await run(...words).then(() => assert.fail('it went well'), (error) => error)
  assert.equal(code, 1, stderr)
  return stderr
}

test('an image that is not there is told by name, and fails no request', async () => {
  await under(async () => {
    const said = await inVain(deploy, 'messageboard/no-such-tag', '--timeout', '20s')
    assert.match(said, /The node cannot pull the image/)
    assert.match(said, /user-service/)
  })
  await run(deploy, images)
  await allReady()
})

/** The texts of all messages, as the database has them. */
const messages = async () =>
  (
    await kubectl('ctx1', 'exec', 'mariadb-0', '-c', 'app', '--', 'sh', '-c', 'exec mariadb --batch --skip-column-names ' +
      '--user="$MARIADB_USER" --password="$(cat "$MARIADB_PASSWORD_FILE")" "$MARIADB_DATABASE" -e "SELECT message FROM messages"')
  )
    .trim()
    .split('\n')

test('every message that was acknowledged is there, once', async () => {
  await traffic.stop()
  const { acknowledged } = traffic
  assert.ok(acknowledged.length > 100, `${acknowledged.length}`)
  const there = await messages()
  const counts = countsOf(there)
  console.log(`  ${acknowledged.length} acknowledged, ${there.length} there`)
  assert.deepEqual(acknowledged.filter((text) => !counts.has(text)), [], 'lost')
  assert.deepEqual(acknowledged.filter((text) => counts.get(text) > 1), [], 'doubled')
})

/** The names of all that there is of a kind. */
const all = async (kind) => (await inBoth(kind)).map(({ metadata }) => metadata.name)

test('cleanup keeps the data, on which it is deployed again, without the mesh, when there is cpu enough', async () => {
  const before = await messages()
  await run(cleanup)
  await eventually('no pod is left', async () => (await all('pods')).length === 0 || all('pods'))
  const claims = ['data-kafka-0', 'data-kafka-1', 'data-kafka-2', 'data-mariadb-0', 'data-redis-0']
  assert.deepEqual((await all('persistentvolumeclaims')).sort(), claims)

  const resources = { requests: { cpu: '1900m' } }
  const glutton = { spec: { containers: [{ name: 'glutton', image: 'kube-lab/debian:bookworm', command: ['sleep', '600'], resources }] } }
  const inDefault = ['--context', 'ctx1', '--namespace', 'default']
  const overrides = `--overrides=${JSON.stringify(glutton)}`
  await run('kubectl', ...inDefault, 'run', 'glutton', '--image=kube-lab/debian:bookworm', overrides)
  const said = await inVain(deploySkipIstio, images, '--timeout', '15s')
  assert.match(said, /Insufficient cpu/)
  assert.match(said, /No node has room for the pod/)
  await run('kubectl', ...inDefault, 'delete', 'pod', 'glutton', '--grace-period=0', '--force')

  assert.match(await run(deploySkipIstio, images), /The weights are NOT in force/)
  await allReady()
  assert.deepEqual(await messages(), before)
  const fleet = await (await fetch(`${doorOfIstio}/api/mesh/fleet`)).json()
  assert.deepEqual([fleet.weightsInForce, fleet.proxyless], [false, false])
})

test('cleanup --data leaves nothing of ours', async () => {
  await run(cleanup, '--data')
  await eventually('the namespaces are gone', async () => {
    const words = ['get', 'namespace', space, '--ignore-not-found', '-o', 'name']
    const left = (await Promise.all(clusters.map((cluster) => kubectl(cluster, ...words)))).join('').trim()
    return left === '' || left
  })
})
