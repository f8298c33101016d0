import { expect, it } from 'vitest'
import { placeAt } from './yamlPath'

const yaml = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: user-service
spec:
  hosts: [user-service]
  http:
  - name: canary
    match:
    - headers:
        x-canary:
          exact: "true"
    # the rest

    route:
      - destination:
          host: user-service
        weight: 70`.split('\n')

const at = (line: number, typed: string) => placeAt([...yaml.slice(0, line), typed])

it.each([
  [0, 'ki', [], null, 'ki'],
  [5, '  ho', ['spec'], null, 'ho'],
  [8, '    ma', ['spec', 'http'], null, 'ma'],
  [8, '  - na', ['spec', 'http'], null, 'na'],
  [9, '    - hea', ['spec', 'http', 'match'], null, 'hea'],
  [11, '          ', ['spec', 'http', 'match', 'headers', 'x-canary'], null, ''],
  [15, '    rou', ['spec', 'http'], null, 'rou'],
  [17, '          sub', ['spec', 'http', 'route', 'destination'], null, 'sub'],
  [18, '        wei', ['spec', 'http', 'route'], null, 'wei'],
  [19, '        headers: ', ['spec', 'http', 'route'], 'headers', ''],
  [19, '  tls', ['spec'], null, 'tls'],
  [19, 'sta', [], null, 'sta'],
])('line %i, "%s"', (line, typed, path, key, written) => {
  expect(at(line, typed)).toMatchObject({ path, key, written })
})
