/** A server over a bucket: what it says when it starts, and why it does not. */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { App } from "../support/programs/App.ts"
import { bucketWith } from "../support/peers/S3.ts"
import { answerTo, environment } from "../support/programs/S3Serving.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { endpoint } from "./cluster.ts"

const english = { LANG: "en_US.UTF-8" }

layer(App.layer, { excludeTestServices: true, timeout: Duration.minutes(1) })(
  "app serve --store",
  (it) => {
    it.effect("says what it serves, and takes everything from the environment too", () =>
      Effect.gen(function* () {
        const app = yield* App
        const { bucket } = yield* bucketWith(endpoint, { "p/a.txt": "um", "b.txt": "dois" })
        const cwd = yield* temporaryFolder
        const { address, announcement } = yield* app.serve([], {
          cwd,
          env: {
            ...environment,
            APP_STORE: `s3://${bucket}/p`,
            APP_S3_ENDPOINT: endpoint,
            APP_S3_REGION: "us-east-1",
            APP_CACHE: "1MiB",
            APP_CACHE_FRESH: "1s"
          }
        })
        assert.include(announcement, `Servindo s3://${bucket}/p em `)
        assert.strictEqual(yield* answerTo(address, "DBSIZE"), ":1\r\n")
        assert.strictEqual(yield* answerTo(address, "EXISTS a.txt b.txt"), ":1\r\n")
      })
    )

    const refusals: ReadonlyArray<{
      readonly what: string
      readonly bucket?: string
      readonly at?: string
      readonly env?: Readonly<Record<string, string>>
      readonly sentence: string
    }> = [
      {
        what: "a wrong secret",
        env: { AWS_SECRET_ACCESS_KEY: "errado" },
        sentence: "O serviço S3 não reconhece as credenciais para o bucket BUCKET.\n"
      },
      {
        what: "a key that nobody has",
        env: { AWS_ACCESS_KEY_ID: "ninguem", ...english },
        sentence: "The S3 service does not accept the credentials for the bucket BUCKET.\n"
      },
      {
        what: "no credentials at all",
        env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", ...english },
        sentence:
          "S3 credentials are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in AWS_PROFILE.\n"
      },
      {
        what: "a bucket that does not exist",
        bucket: "nenhum",
        sentence: "O bucket nenhum não existe.\n"
      },
      {
        what: "an endpoint where nobody listens",
        at: "http://127.0.0.1:1",
        sentence: "O serviço S3 http://127.0.0.1:1 não pode ser alcançado: conexão recusada.\n"
      },
      {
        what: "an endpoint that has no address",
        at: "http://nada.invalid",
        env: english,
        sentence: "The S3 service http://nada.invalid cannot be reached: unknown name.\n"
      }
    ]
    for (const { at = endpoint, bucket, env, sentence, what } of refusals) {
      it.effect(`refuses ${what} with one sentence, and exits 1`, () =>
        Effect.gen(function* () {
          const app = yield* App
          const existing = yield* bucketWith(endpoint, {})
          const name = bucket ?? existing.bucket
          const cwd = yield* temporaryFolder
          const { code, stderr, stdout } = yield* app.run(
            ["serve", "--port", "0", "--store", `s3://${name}`, "--s3-endpoint", at],
            { cwd, env: { ...environment, ...env } }
          )
          assert.strictEqual(stderr, sentence.replace("BUCKET", name))
          assert.strictEqual(stdout, "")
          assert.strictEqual(code, 1)
        })
      )
    }
  }
)
