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

/** Takes lent bytes, each array of them only after a turn of the event loop. */
const taking = () => {
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
  return { take, memory, digest: () => sha256(received.subarray(0, length)) }
}

/** The request for the file. */
const request = bytesRequest(key, exactVersion(ByteString.fromText("v")), () => 0)

/** Receives the file, which `taker` takes. */
const lentTo = ({ take }: ReturnType<typeof taking>) =>
  Effect.flatMap(receiveBytes(key, content.length), ({ lentBytes }) =>
    Stream.runForEachArray(lentBytes, take)
  )

/** Asks for the file, and takes its bytes lent. */
const fetchLent = Effect.fnUntraced(function* (answer: FakeServer.Answer) {
  const server = yield* FakeServer.make({ answers: [answer, "+later\r\n"] })
  const { bytes } = yield* connectors(server.address)
  const taker = taking()
  yield* bytes.ask(request, lentTo(taker))
  const later = () =>
    bytes.ask(
      () => [ByteString.fromText("hora_atual")],
      Effect.flatMap(Connection, ({ receive }) => receive)
    )
  return { digest: taker.digest(), blocks: taker.memory.size, later }
})

describe("a socket whose bytes are lent", () => {
  it.effect("gives all of a large file, in memory that is used again, and goes on behind it", () =>
    Effect.gen(function* () {
      const { blocks, digest, later } = yield* fetchLent(file)
      assert.strictEqual(digest, sha256(content))
      // Three that the first read keeps, three lent, three that wait, and one more; 32 if none were used again.
      assert.isAtMost(blocks, 10)
      assert.strictEqual((yield* later())._tag, "Status")
    })
  )

  it.effect("lends nothing of a reply that came behind the file's, and before another's", () =>
    Effect.gen(function* () {
      const small = noise(2, 1024)
      const answer = file + FakeServer.fileReply(name, small.toString("latin1")) + file
      const server = yield* FakeServer.make({ answers: [answer, "", ""] })
      const { bytes } = yield* connectors(server.address)
      const [before, behind] = [taking(), taking()]
      const [, kept] = yield* Effect.all(
        [
          bytes.ask(request, lentTo(before)),
          bytes.ask(
            request,
            Effect.flatMap(receiveBytes(key, small.length), ({ bytes }) => Stream.runCollect(bytes))
          ),
          bytes.ask(request, lentTo(behind))
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(Buffer.concat(kept), small)
      assert.deepStrictEqual([before.digest(), behind.digest()], [sha256(content), sha256(content)])
    })
  )

  it.effect("gives what had come before the connection ended", () =>
    Effect.gen(function* () {
      const { digest } = yield* fetchLent(FakeServer.ends(file))
      assert.strictEqual(digest, sha256(content))
    })
  )
})
