/** A bucket that is watched: its changes by the ways in which a folder's are followed. */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { bucketWith } from "../support/peers/S3.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { App } from "../support/programs/App.ts"
import { filesIn } from "../support/programs/MirrorTrial.ts"
import { environment, serveBucket } from "../support/programs/S3Serving.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { seeded } from "../support/values/Seeded.ts"
import { endpoint } from "./cluster.ts"

const watched = ["--watch-interval", "1s"]

layer(App.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
  "a bucket that is watched",
  (it) => {
    for (const workers of ["1", "2"]) {
      it.effect(`is followed as a folder is, with --workers ${workers}`, () =>
        Effect.gen(function* () {
          const app = yield* App
          const { bucket, put, remove } = yield* bucketWith(endpoint, { old: "1", "p/a": "1" })
          const address = yield* serveBucket(endpoint, bucket, ...watched, "--workers", workers)
          const connect = RawSocket.connect(address)
          const [asker, subscriber, reader] = [yield* connect, yield* connect, yield* connect]
          yield* asker.send("INFO changes\r\n")
          const info = yield* asker.takeThrough("changes_watches:0\r\n")
          assert.include(info, "changes_source:poll\r\n")
          const [, epoch, told] = /changes_epoch:(\d+)\r\nchanges_told:(\d+)/.exec(info) ?? []
          const place = `${epoch}-${told}`
          yield* subscriber.send("SUBSCRIBE __keyevent@0__:set __keyevent@0__:del\r\n")
          yield* subscriber.takeThrough(":2\r\n")
          yield* reader.send(`XREAD BLOCK 0 STREAMS arquivos ${place}\r\n`)
          const following = yield* app.start(
            [
              "client",
              "--port",
              String(address.port),
              "--json",
              "--since",
              place,
              "--cmd",
              "acompanhar"
            ],
            { cwd: yield* temporaryFolder, env: environment }
          )
          yield* put("p/ç", "12")
          yield* following.says("stdout", /"op":"criado","nome":"p\/ç","tamanho":2,.*\n/)
          yield* put("old", "123")
          yield* following.says("stdout", /"op":"alterado","nome":"old","tamanho":3,.*\n/)
          yield* remove("p/a")
          yield* following.says("stdout", /"op":"apagado","nome":"p\/a".*\n/)
          const heard = yield* subscriber.takeThrough("p/a\r\n")
          assert.match(heard, /set.*p\/Ã§.*set.*old.*del/s)
          assert.match(yield* reader.takeThrough("versao"), /criado.*p\/Ã§.*tamanho.*2/s)
        })
      )
    }

    it.effect("has a mirror that follows it by its changes, and is as the bucket is", () =>
      Effect.gen(function* () {
        const app = yield* App
        const random = seeded(3)
        const objects = new Map(Array.from({ length: 30 }, (_, index) => [`p/${index}.txt`, "0"]))
        const { bucket, put, remove } = yield* bucketWith(endpoint, Object.fromEntries(objects))
        const { port } = yield* serveBucket(endpoint, bucket, ...watched)
        const cwd = yield* temporaryFolder
        const words = ["--mirror", "copy", "--follow", "--delete", "--lang", "en", "--json"]
        const following = yield* app.start(["client", "--port", String(port), ...words], {
          cwd,
          env: environment
        })
        yield* following.says("stderr", /Received: \d/)
        for (let step = 1; step <= 40; step++) {
          const name = `${["p", "é"][random(2)] ?? ""}/${random(40)}.txt`
          if (random(3) === 0) {
            yield* remove(name)
            objects.delete(name)
          } else {
            yield* put(name, String(step))
            objects.set(name, String(step))
          }
        }
        // What is told of together is fetched in any order, so that only what is told of later is done after all of it.
        for (const name of ["z last", "z very last"]) {
          yield* put(name, name)
          objects.set(name, name)
          yield* following.says("stdout", new RegExp(`"action":"new","name":"${name}".*\n`))
        }
        const copy = join(cwd, "copy")
        assert.deepStrictEqual(
          new Map(filesIn(copy).map((name) => [name, readFileSync(join(copy, name), "utf8")])),
          objects
        )
      })
    )
  }
)
