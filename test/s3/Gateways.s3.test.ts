/** What a client sees of gateways that die, freeze and come back: nothing, or one clear error in bounded time. */
import { assert, describe, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer } from "effect"
import { App } from "../support/programs/App.ts"
import { onWire } from "../support/values/Bytes.ts"
import { type Ceph, ceph, type Daemon, haproxy } from "../support/peers/Ceph.ts"
import { bucketWith } from "../support/peers/S3.ts"
import {
  answerTo,
  downloadAfter,
  serveBucket,
  untilAnswered
} from "../support/programs/S3Serving.ts"
import { noise } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const large = noise(3, 64 * mebibyte)

/** Slow enough for something to happen in the middle: the server reads up to 16 MiB ahead. */
const rate = ["--max-rate", "16MiB"]

/** Two gateways of one cluster, a balancer in front of them, and a bucket with a large and a small object. */
class Gateways extends Context.Service<
  Gateways,
  { readonly cluster: Ceph; readonly balanced: string; readonly bucket: string }
>()("sockets/test/s3/Gateways") {
  static readonly layer = Layer.effect(
    Gateways,
    Effect.gen(function* () {
      const cluster = yield* ceph("memstore", 2)
      const balanced = yield* haproxy(cluster.gateways)
      const { bucket } = yield* bucketWith(cluster.gateways[0] ?? "", { large, "a.txt": "um" })
      return { cluster, balanced, bucket }
    })
  )
}

/** What befalls the gateways in the middle of a download, which then goes on as if nothing had happened. */
const misfortunes: ReadonlyArray<
  readonly [what: string, misfortune: (cluster: Ceph) => Effect.Effect<unknown>]
> = [
  [
    "a gateway that is killed, with another alive",
    (cluster) => Effect.ensuring(cluster.signal("rgw1", "KILL"), cluster.up("rgw1"))
  ],
  [
    "both gateways killed, and none alive for five seconds",
    (cluster) =>
      Effect.all([cluster.signal("rgw1", "KILL"), cluster.signal("rgw2", "KILL")], {
        concurrency: 2
      }).pipe(
        Effect.andThen(Effect.sleep("5 seconds")),
        Effect.ensuring(Effect.all([cluster.up("rgw1"), cluster.up("rgw2")], { concurrency: 2 }))
      )
  ],
  ["a gateway that freezes, with another alive", (cluster) => cluster.signal("rgw2", "STOP")]
]

const bothAwake = (cluster: Ceph) =>
  Effect.forEach(["rgw1", "rgw2"] as const satisfies ReadonlyArray<Daemon>, (daemon) =>
    cluster.signal(daemon, "CONT")
  )

layer(Layer.mergeAll(Gateways.layer, App.layer), {
  excludeTestServices: true,
  timeout: Duration.minutes(2)
})("a download", (it) => {
  for (const [what, misfortune] of misfortunes) {
    it.effect(`outlives ${what}: the same bytes, no error, one connection`, () =>
      Effect.gen(function* () {
        const { balanced, bucket, cluster } = yield* Gateways
        const address = yield* serveBucket(balanced, bucket, ...rate)
        const download = yield* downloadAfter(address, "large", 4 * mebibyte)
        yield* misfortune(cluster)
        const { code, stderr } = yield* download.ended
        yield* bothAwake(cluster)
        assert.strictEqual(stderr, "")
        assert.strictEqual(code, 0)
        assert.isTrue(download.read().equals(large))
      })
    )
  }

  describe("where the only gateway freezes", () => {
    it.effect(
      "ends with a clear error in bounded time, others are refused, and all is well after",
      () =>
        Effect.gen(function* () {
          const { bucket, cluster } = yield* Gateways
          const address = yield* serveBucket(cluster.gateways[0] ?? "", bucket, ...rate)
          const download = yield* downloadAfter(address, "large", 4 * mebibyte, "--timeout", "5s")
          const [answer, { code, stderr }] = yield* cluster.signal("rgw1", "STOP").pipe(
            Effect.andThen(
              Effect.all([answerTo(address, "GET a.txt"), download.ended], {
                concurrency: "unbounded"
              })
            ),
            // Longer than the server waits for an answer (10 s), and than the client for a byte (5 s).
            Effect.timeout("30 seconds"),
            Effect.tap(untilAnswered(address, "PING", "-UNAVAILABLE")),
            Effect.ensuring(cluster.signal("rgw1", "CONT"))
          )
          assert.strictEqual(
            answer,
            onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")
          )
          assert.strictEqual(code, 3)
          assert.match(stderr, /ficou calado|caiu/)
          yield* untilAnswered(address, "PING", "+PONG")
          assert.strictEqual(yield* answerTo(address, "STRLEN a.txt"), ":2\r\n")
        })
    )
  })
})
