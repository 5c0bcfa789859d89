/**
 * The transcripts of README.md and of the pages of docs: their commands are run as they stand, against a server of the
 * folder DB, and print what the page says, but for times and versions. Left out are blocks that start a
 * server or the menu, or that wait for a change.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { root, Shared, start } from "../support/programs/App.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

/** The English pages; those in Portuguese have the same transcripts (test/readme.test.ts). */
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md") && !name.includes("pt-BR"))
    .map((name) => join("docs", name))
]

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

    for (const { commands, output, page } of transcripts) {
      it.effect.skipIf(!programs.every(isInstalled))(
        `of ${page} is what happens: ${commands[0]}`,
        () =>
          Effect.gen(function* () {
            const { app, port } = yield* Shared
            const cwd = yield* folderWith({})
            const bin = yield* folderWith({
              npx: `#!/bin/sh\nshift\nexec "${process.execPath}" "${app.file}" "$@"\n`
            })
            chmodSync(join(bin, "npx"), 0o755)
            const script = commands.join("\n").replaceAll("65432", String(port))
            writeFileSync(join(bin, "script"), `exec 2>&1\n${script}\n`)
            const path = [bin, process.env["PATH"] ?? ""].join(delimiter)
            const { ended } = yield* start("sh", [join(bin, "script")], {
              cwd,
              env: { PATH: path, APP_PORT: String(port), LC_ALL: "C.UTF-8" }
            })
            const { stdout } = yield* ended
            assert.strictEqual(masked(stdout.trimEnd().split("\n")), masked(output))
          })
      )
    }
  }
)
