/**
 * The transcripts of README.md and of the pages of docs: their commands are run as they stand, against a server of the
 * folder DB, and print what the page says, but for times and versions. Left out are blocks that start a
 * server or the menu, or that wait for a change. Shell programs, of which a page does not say what they print, are run
 * to their end.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { root, Shared, start } from "../support/programs/App.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { blocks, isMarked, notRun, pages } from "../support/values/ShellBlocks.ts"

interface Transcript {
  readonly page: string
  readonly commands: ReadonlyArray<string>
  readonly output: ReadonlyArray<string>
}

/** Commands that ask, and the programs that they need beside ours. */
const asks =
  /^(?:npx app client --(?!protocol)|redis-cli -p(?!.* (?:BLOCK|P?SUBSCRIBE) )|curl |printf |echo \$\?)/

const transcripts: ReadonlyArray<Transcript> = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(
    ([, block = ""]) => {
      const lines = block.trimEnd().split("\n")
      const commands = lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2))
      return commands.every((command) => asks.test(command))
        ? [{ page, commands, output: lines.filter((line) => !line.startsWith("$ ")) }]
        : []
    }
  )
)

/** Without what differs from run to run: the time, the file's date and version, and the ends of lines on the wire. */
const masked = (lines: ReadonlyArray<string>): string =>
  lines
    .join("\n")
    .replaceAll("\r", "")
    .replaceAll(/\d\d:\d\d:\d\d/g, "HH:MM:SS")
    .replaceAll(/\d{4}-\d\d-\d\dT[\dHMS:.]+Z/g, "DATE")
    .replaceAll(/[\w]+(?:-[\w]+){5}/g, "VERSION")

const programs = ["redis-cli", "curl", "nc"]

layer(Shared.layer(Effect.succeed(join(root, "DB"))), { timeout: "1 minute" })(
  "a transcript",
  (it) => {
    it("is in the README, and in pages of docs", () =>
      assert.isAtLeast(new Set(transcripts.map(({ page }) => page)).size, 3))

    /** Runs a script in a folder of its own, in which `npx app` and `app` are the bundle; `curlrc` has more options for curl. */
    const runScript = Effect.fnUntraced(function* (script: string, curlrc: string) {
      const { app, port } = yield* Shared
      const cwd = yield* folderWith({})
      const exec = `exec "${process.execPath}" "${app.file}" "$@"\n`
      const bin = yield* folderWith({
        npx: `#!/bin/sh\nshift\n${exec}`,
        app: `#!/bin/sh\n${exec}`,
        script: script.replaceAll("65432", String(port)),
        ".curlrc": curlrc
      })
      for (const name of ["npx", "app"]) chmodSync(join(bin, name), 0o755)
      const path = [bin, process.env["PATH"] ?? ""].join(delimiter)
      const { ended } = yield* start("sh", [join(bin, "script")], {
        cwd,
        env: { PATH: path, APP_PORT: String(port), LC_ALL: "C.UTF-8", CURL_HOME: bin }
      })
      return yield* ended
    })

    for (const { commands, output, page } of transcripts) {
      it.effect.skipIf(!programs.every(isInstalled))(
        `of ${page} is what happens: ${commands[0]}`,
        () =>
          Effect.gen(function* () {
            const { stdout } = yield* runScript(`exec 2>&1\n${commands.join("\n")}\n`, "")
            assert.strictEqual(masked(stdout.trimEnd().split("\n")), masked(output))
          })
      )
    }

    for (const block of blocks.filter((block) => !isMarked(block) && !notRun.has(block.key))) {
      it.effect.skipIf(!programs.every(isInstalled))(
        `the shell program of ${block.key} works`,
        () =>
          Effect.gen(function* () {
            // By itself curl calls it a success that it was refused.
            const { code, stderr } = yield* runScript(`set -e\n${block.script}`, "fail\n")
            assert.strictEqual(code, 0, stderr)
          })
      )
    }
  }
)
