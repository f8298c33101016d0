/** A request as a command for a shell; its headers are those that its caller wrote and the mesh looks at, its body is not known. */
export interface Call {
  method: string
  /** With {id} for what the page may not see. */
  path: string
  headers: Readonly<Record<string, string>>
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The command that sends the request again and shows who answers. */
export function curl({ method, path, headers }: Call, origin: string): string {
  const verb = method === 'GET' ? [] : ['-X', method]
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', quoted(`${name}: ${value}`)])
  return ['curl', '-i', '--globoff', ...verb, quoted(origin + path), ...fields].join(' ')
}
