/** What a list with details costs: one `stat` a file, as strace counts them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "../support/peers/RawSocket.ts"
import { readReply, textOf } from "../support/peers/Replies.ts"
import { App } from "../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { request } from "../support/values/Bytes.ts"

const trace = ["--follow-forks", "--trace=%file"]
const canTrace =
  process.platform === "linux"
  && spawnSync("strace", [...trace, "--output=/dev/null", "true"]).status === 0

const count = 1000
const filesIn = (folder: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}/f${index}`, ""]))

describe("a list with size, time and version of each file", () => {
  it.live.skipIf(!canTrace)(
    "takes one call of the system for each, over RESP and HTTP (skipped where strace may not trace)",
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const folder = yield* folderWith({ ...filesIn("resp"), ...filesIn("http") })
        const log = `${yield* temporaryFolder}/calls`
        const { address, process: traced } = yield* app.serve([folder], {
          cwd: folder,
          within: ["strace", ...trace, `--output=${log}`]
        })
        const client = yield* connect(address)
        yield* client.send(request("LISTAR", "resp/*", "COM", "detalhes", "LIMITE", String(count)))
        const reply = yield* readReply(client)
        assert.lengthOf(reply._tag === "List" ? reply.items : [], count)
        const { host, port } = address
        const listed = yield* Effect.promise(async () =>
          (await fetch(`http://${host}:${port}/http/?formato=json`)).text()
        )
        assert.lengthOf(listed.match(/"tamanho":0/g) ?? [], count)
        yield* client.send(request("INFO", "server"))
        const pid = Number(/process_id:(\d+)/.exec(textOf(yield* readReply(client)))?.[1])
        // strace itself would leave the program running.
        yield* Effect.sync(() => process.kill(pid, "SIGTERM"))
        yield* traced.ended
        const lines = readFileSync(log, "utf8").split("\n")
        for (const name of ["resp", "http"])
          assert.lengthOf(
            lines.filter((line) => new RegExp(`${name}/f\\d+"`).test(line)),
            count,
            name
          )
      }).pipe(Effect.provide(App.layer))
  )
})
