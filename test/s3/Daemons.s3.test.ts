/** What a client sees of a store that loses its storage daemons, one and then two of three. */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { App } from "../support/programs/App.ts"
import { ceph } from "../support/peers/Ceph.ts"
import { bucketWith } from "../support/peers/S3.ts"
import {
  answerTo,
  downloadAfter,
  serveBucket,
  untilAnswered
} from "../support/programs/S3Serving.ts"
import { noise } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const large = noise(4, 64 * mebibyte)

layer(App.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
  "a store of three storage daemons",
  (it) => {
    it.effect(
      "goes on without one; without two is unavailable in bounded time; and is whole again with one more",
      () =>
        Effect.gen(function* () {
          const cluster = yield* ceph("bluestore", 1)
          const [gateway = ""] = cluster.gateways
          const { bucket } = yield* bucketWith(gateway, { large, "a.txt": "um" })
          const address = yield* serveBucket(gateway, bucket, "--max-rate", "16MiB", "--cache", "0")

          const first = yield* downloadAfter(address, "large", 4 * mebibyte)
          yield* cluster.signal("osd0", "KILL")
          assert.strictEqual((yield* first.ended).code, 0)
          assert.isTrue(first.read().equals(large))

          yield* cluster.signal("osd1", "KILL")
          // The server gives a question 10 s; the cluster may answer yet for a moment, until it has noticed.
          const refused = yield* untilAnswered(address, "STRLEN a.txt", "-").pipe(
            Effect.timeout("30 seconds")
          )
          assert.match(refused, /^-UNAVAILABLE /)
          yield* untilAnswered(address, "PING", "-UNAVAILABLE").pipe(Effect.timeout("60 seconds"))

          yield* cluster.up("osd1")
          yield* untilAnswered(address, "PING", "+PONG").pipe(Effect.timeout("60 seconds"))
          const second = yield* downloadAfter(address, "large", 4 * mebibyte)
          assert.strictEqual((yield* second.ended).code, 0)
          assert.isTrue(second.read().equals(large))
          assert.strictEqual(yield* answerTo(address, "STRLEN a.txt"), ":2\r\n")
        })
    )
  }
)
