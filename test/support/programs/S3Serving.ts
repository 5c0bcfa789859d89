/** `app serve` over a bucket, and `app client` that downloads from it: the program as people run it. */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../../src/domain/Address.ts"
import { App } from "./App.ts"
import { credentials } from "../peers/Ceph.ts"
import * as RawSocket from "../peers/RawSocket.ts"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"
import { partWith } from "../Transfers.ts"

/** The environment in which the SDK finds the credentials of the tests, and looks for none elsewhere. */
export const environment = {
  LANG: "pt_BR.UTF-8",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
}

/** Serves a bucket until the scope closes. */
export const serveBucket = Effect.fnUntraced(function* (
  endpoint: string,
  bucket: string,
  ...words: ReadonlyArray<string>
) {
  const app = yield* App
  const cwd = yield* temporaryFolder
  const { address } = yield* app.serve(
    ["--store", `s3://${bucket}`, "--s3-endpoint", endpoint, ...words],
    { cwd, env: environment }
  )
  return address
})

/** A download that is under way: the client has written `size` bytes. */
export const downloadAfter = Effect.fnUntraced(function* (
  { port }: Address,
  name: string,
  size: number,
  ...words: ReadonlyArray<string>
) {
  const app = yield* App
  const cwd = yield* temporaryFolder
  const client = yield* app.start(
    // One connection and not a second one: what is lost between server and store is not to be seen at all.
    ["client", "--port", String(port), "--retries", "0", "--cmd", "enviar_arquivo", name, ...words],
    { cwd, env: environment }
  )
  yield* partWith(cwd, size)
  return { ended: client.ended, read: () => readFileSync(join(cwd, name)) }
})

/** What a fresh connection is answered, up to the end of the line. */
export const answerTo = (address: Address, request: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const socket = yield* RawSocket.connect(address)
      yield* socket.send(`${request}\r\n`)
      return yield* socket.takeThrough("\r\n")
    })
  )

/** Asks until the answer begins with this. */
export const untilAnswered = (address: Address, request: string, begins: string) =>
  Effect.repeat(Effect.delay(answerTo(address, request), "50 millis"), {
    until: (answer) => answer.startsWith(begins)
  })
