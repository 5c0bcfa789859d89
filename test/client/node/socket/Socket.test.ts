import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Connection } from "../../../../src/client/Connection.ts"
import {
  bytesRequest,
  exactVersion,
  receiveBytes
} from "../../../../src/client/files/RemoteFile.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import { connectors, noise, sha256 } from "../../../support/Transfers.ts"

const name = "large"
const key = ByteString.fromText(name)
const content = noise(1, 8 * 1024 * 1024)
const file = FakeServer.fileReply(name, content.toString("latin1"))

/** Asks for the file, and takes its bytes, lent, each array of them only after a turn of the event loop. */
const fetchLent = Effect.fnUntraced(function* (answer: FakeServer.Answer) {
  const server = yield* FakeServer.make({ answers: [answer, "+later\r\n"] })
  const { bytes } = yield* connectors(server.address)
  const received = Buffer.alloc(content.length)
  const memory = new Set<ArrayBufferLike>()
  let length = 0
  const take = (chunks: ReadonlyArray<Uint8Array>) =>
    Effect.promise(async () => {
      await new Promise(setImmediate)
      for (const chunk of chunks) {
        received.set(chunk, length)
        length += chunk.length
        memory.add(chunk.buffer)
      }
    })
  yield* bytes.ask(
    bytesRequest(key, exactVersion(ByteString.fromText("v")), () => 0),
    Effect.flatMap(receiveBytes(key, content.length), ({ lentBytes }) =>
      Stream.runForEachArray(lentBytes, take)
    )
  )
  const later = () =>
    bytes.ask(
      () => [ByteString.fromText("hora_atual")],
      Effect.flatMap(Connection, ({ receive }) => receive)
    )
  return { digest: sha256(received.subarray(0, length)), blocks: memory.size, later }
})

describe("a socket whose bytes are lent", () => {
  it.effect("gives all of a large file, in memory that is used again, and goes on behind it", () =>
    Effect.gen(function* () {
      const { blocks, digest, later } = yield* fetchLent(file)
      assert.strictEqual(digest, sha256(content))
      assert.isAtMost(blocks, 6)
      assert.strictEqual((yield* later())._tag, "Status")
    })
  )

  it.effect("gives what had come before the connection ended", () =>
    Effect.gen(function* () {
      const { digest } = yield* fetchLent(FakeServer.ends(file))
      assert.strictEqual(digest, sha256(content))
    })
  )
})
