// Two real Kubernetes API servers, and a gateway that has its mesh configuration there: a second one beside that of the local run, with
// the same services, sessions and page behind it.
import { execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './browser.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const kubeApi = process.env.MESSAGEBOARD_KUBE_API ?? path.join(root, '../shared/kube-api/kube-api')
const services = ['user-service', 'message-service', 'log-service']
const run = promisify(execFile)

/** Whether the API servers can be had on this machine. */
export const isAvailable = existsSync(kubeApi)

/** Starts all of it; `close` ends it. */
export async function startClusters() {
  const folder = await mkdtemp(path.join(tmpdir(), 'messageboard-e2e-kube-'))
  const up = () => run(kubeApi, ['up', folder, 'ctx1', 'ctx2'])
  // On a busy machine the script asks for the CRDs before the API server has looked at them, and gives up.
  await up().catch(() => run(kubeApi, ['down', folder]).then(up))
  const kubeconfig = path.join(folder, 'kubeconfig')
  const options = ['--kubeconfig', kubeconfig, '--namespace', 'messageboard', '--request-timeout=20s']
  const kubectl = async (context, ...args) => (await run('kubectl', [...options, '--context', context, ...args])).stdout

  for (const context of ['ctx1', 'ctx2']) {
    await kubectl(context, 'apply', '-k', path.join(root, 'k8s/namespace'))
    await kubectl(context, 'apply', ...services.flatMap((service) => ['-f', path.join(root, 'istio', `${service}.yaml`)]))
  }

  const { stop, port, pod } = await startGateway(kubeconfig)
  return {
    kubectl,
    /** The name of the pod that the gateway takes itself for. */
    pod,
    baseUrl: `http://127.0.0.1:${port}`,
    weights: (context) => kubectl(context, 'get', 'virtualservice', 'user-service', '-o', 'jsonpath={.spec.http[0].route[*].weight}'),
    /** Ends a cluster's API server as a crash would. */
    async stopServer(context) {
      // The file has etcd first, then a server a context.
      const pids = (await readFile(path.join(folder, 'pids'), 'utf8')).trim().split('\n')
      process.kill(Number(pids[context === 'ctx1' ? 1 : 2]), 'SIGKILL')
    },
    async close() {
      stop()
      await run(kubeApi, ['down', folder])
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
    },
  }
}

/** The local run's own gateway once more, with its command and environment but for what differs on Kubernetes. */
async function startGateway(kubeconfig) {
  const state = JSON.parse(await readFile(path.join(process.env.MESSAGEBOARD_STATE ?? path.join(root, '.local'), 'state.json'), 'utf8'))
  const { pid } = state.processes.find(({ app }) => app === 'gateway').process
  const read = async (file) => (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').slice(0, -1)
  const [command, ...args] = await read('cmdline')
  const environment = Object.fromEntries((await read('environ')).map((line) => line.split(/=(.*)/s)))
  const sidecars = []
  for (const service of services) {
    const { port } = state.processes.find(({ app }) => app === service)
    const sidecar = await startSidecar(port, environment.Mesh__IdentityKey)
    sidecars.push(sidecar)
    environment[`ReverseProxy__Clusters__${service}__Destinations__${service}__Address`] = `http://127.0.0.1:${sidecar.address().port}`
  }

  const port = await freePort()
  const gateway = spawn(command, args, {
    cwd: await readlink(`/proc/${pid}/cwd`), // its settings are there
    stdio: 'ignore',
    env: {
      ...environment,
      Mesh__Folder: undefined,
      Mesh__IdentityKey: undefined,
      Drill__Folder: undefined,
      Kestrel__Endpoints__Http__Url: `http://127.0.0.1:${port}`,
      Mesh__Source: 'kubernetes',
      Mesh__Kubeconfig: kubeconfig,
      Mesh__Context: 'ctx1',
      Mesh__Remotes__ctx2__Context: 'ctx2',
      Mesh__VersionsFolder: path.join(path.dirname(kubeconfig), 'versions'),
    },
  })
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/healthz/ready`).catch(() => null))?.ok)
  const stop = () => {
    gateway.kill()
    for (const sidecar of sidecars) sidecar.close().closeAllConnections()
  }
  return { stop, port, pod: environment.HOSTNAME }
}

/** Tells a service of the local run that the gateway calls, as Istio's sidecar would by mutual TLS. */
function startSidecar(servicePort, key) {
  const principal = 'cluster.local/ns/messageboard/sa/gateway'
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(principal).digest('hex')
  const server = http.createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, 'x-mesh-source': `${principal} ${signature}` }
    const request = http.request({ port: servicePort, method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    request.on('error', () => outgoing.writeHead(503).end())
    incoming.pipe(request)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
