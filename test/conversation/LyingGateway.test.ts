/** A server over a gateway that lies: what its log says, and that it does not start over what is no bucket. */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { bucket, deafTo, fakeS3, page } from "../support/fakes/FakeS3.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { App } from "../support/programs/App.ts"
import { environment } from "../support/programs/S3Serving.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { noise } from "../support/Transfers.ts"

const large = noise(1, 4 * 1024 * 1024)
const other = noise(2, large.length)

layer(App.layer, { excludeTestServices: true, timeout: Duration.minutes(1) })(
  "app serve --store",
  (it) => {
    it.effect("logs once what the gateway did, and not that the transfer was complete", () =>
      Effect.gen(function* () {
        const gateway = yield* fakeS3({ a: large })
        const app = yield* App
        const { address, process } = yield* app.serve(
          ["--store", `s3://${bucket}`, "--s3-endpoint", gateway.url],
          { cwd: yield* temporaryFolder, env: environment }
        )
        gateway.lie((asked, _, honest) => {
          if (asked.headers["if-match"] !== undefined) gateway.put("a", other)
          return deafTo("if-match")(asked, _, honest)
        })
        const client = yield* RawSocket.connect(address)
        yield* client.send("GET a\r\n")
        const { length } = yield* client.rest
        assert.isBelow(length, large.length)
        yield* process.kill("SIGTERM")
        const { stderr } = yield* process.ended
        const lines = stderr.split("\n")
        const failures = lines.filter((line) => line.includes("storage.failed"))
        assert.strictEqual(failures.length, 1)
        assert.match(failures[0] ?? "", / name=a error=.*If-Match .* was ignored/)
        assert.match(lines.find((line) => line.includes("transfer.ended")) ?? "", /complete=false/)
      })
    )

    it.effect("does not start over a page in place of a bucket", () =>
      Effect.gen(function* () {
        const gateway = yield* fakeS3({})
        gateway.lie(() => page(200, "Login"))
        const app = yield* App
        const { code, stderr } = yield* app.run(
          ["serve", "--port", "0", "--store", `s3://${bucket}`, "--s3-endpoint", gateway.url],
          { cwd: yield* temporaryFolder, env: environment }
        )
        assert.include(stderr, "text/html")
        assert.strictEqual(code, 1)
      })
    )
  }
)
