/** `--log-format combined`: a web log that tools for web logs read. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fetchRaw } from "../../support/peers/Http.ts"
import { App } from "../../support/programs/App.ts"
import { isInstalled, run } from "../../support/programs/Programs.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"

const line =
  /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "[A-Z]+ \S+ HTTP\/1\.[01]" \d{3} \d+ "[ -~]*" "[ -~]*"$/

const isMissing = !isInstalled("goaccess")

layer(App.layer, { excludeTestServices: true, timeout: "1 minute" })((it) => {
  it.effect(
    `requests of HTTP are lines of a web log on standard output${isMissing ? " (goaccess, which reads them, is not installed)" : ""}`,
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "olá" })
        const server = yield* serve(["--log-format", "combined"], { cwd })
        const ask = (target: string, fields: Record<string, string> = {}, method = "GET") =>
          fetchRaw(server.address, target, { fields, method })
        yield* ask("/a.txt", { "User-Agent": 'um "agente" \\ \xe9', Referer: "http://x/y" })
        yield* ask('/nada?"x"', {}, "HEAD")
        yield* ask("/-/time")
        yield* server.process.says(
          "stderr",
          /connection\.closed[^]*connection\.closed[^]*connection\.closed/
        )
        yield* server.process.kill("SIGTERM")
        const { stderr, stdout } = yield* server.process.ended
        assert.notInclude(stderr, "http.request")
        const lines = stdout.trimEnd().split("\n")
        assert.lengthOf(lines, 3)
        for (const one of lines) assert.match(one, line)
        assert.include(
          lines[0],
          '"GET /a.txt HTTP/1.1" 200 4 "http://x/y" "um \\x22agente\\x22 \\x5C \\xE9"'
        )
        assert.include(lines[1], '"HEAD /nada?\\x22x\\x22 HTTP/1.1" 404 0 "-" "-"')
        if (isMissing) return
        writeFileSync(join(cwd, "access.log"), stdout)
        const told = join(cwd, "told.json")
        const { code, stderr: said } = yield* run("goaccess", [
          join(cwd, "access.log"),
          "--no-global-config",
          "--log-format=COMBINED",
          "--no-progress",
          "-o",
          told
        ])
        assert.strictEqual(code, 0, said)
        const report = readFileSync(told, "utf8")
        assert.match(report, /"valid_requests": 3,/)
        assert.match(report, /"failed_requests": 0,/)
      }).pipe(Effect.scoped)
  )
})
