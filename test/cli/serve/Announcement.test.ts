/** What `app serve` prints when it listens: each command in it is run as it stands, by a shell. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { basename, dirname, join } from "node:path"
import * as tls from "node:tls"
import { reachableHosts } from "../../../src/cli/serve/announcement/Announcement.ts"
import { isWellKnown, read } from "../../../src/cli/serve/announcement/Presented.ts"
import { hasOpenssl, Made } from "../../support/Certificates.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { App, putInPath, start } from "../../support/programs/App.ts"
import { isInstalled, run as runProgram } from "../../support/programs/Programs.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

/** Runs a line that was printed, from this folder. */
const paste = Effect.fnUntraced(function* (line: string, cwd: string) {
  const bin = yield* temporaryFolder
  putInPath(yield* App, bin)
  const running = yield* start("sh", ["-c", line], { cwd, env: { PATH: `${bin}:/usr/bin:/bin` } })
  yield* running.end
  return yield* running.ended
})

/** The command after "com:" in an announcement. */
const commandIn = (line: string): string => /com: (.*)\n/.exec(line)?.[1] ?? ""

const listed = { code: 0, stdout: "a.txt\n", stderr: "" }

/** The printed line works, from another folder as well as from the server's. */
const works = Effect.fnUntraced(function* (line: string) {
  const { code, stderr, stdout } = yield* paste(line, yield* temporaryFolder)
  assert.deepStrictEqual({ code, stdout, stderr }, listed, line)
})

layer(Layer.merge(App.layer, Made.layer), { timeout: "1 minute" })(
  "what app serve prints when it listens",
  (it) => {
    for (const [host, shown] of [
      ["::1", "[::1]"],
      ["::", "[::]"]
    ] as const) {
      it.effect(`has addresses of IPv6 in brackets, and a command that works, at ${host}`, () =>
        Effect.gen(function* () {
          const { serve } = yield* App
          const cwd = yield* folderWith({ "DB/a.txt": "" })
          const { address, announcement } = yield* serve(["--host", host, "--open"], { cwd })
          assert.include(announcement, `Servindo DB em ${shown}:${address.port}. `)
          const page = host === "::1" ? `[::1]:${address.port}` : `127.0.0.1:${address.port}`
          assert.include(announcement, ` Abra http://${page}/ `)
          yield* works(commandIn(announcement))
          const fetched = yield* runProgram("curl", ["-sf", `http://${page}/a.txt`])
          assert.strictEqual(fetched.code, 0)
        })
      )
    }

    it.effect.skipIf(!hasOpenssl)("says what a client has to trust, wherever that lies", () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const { elsewhere, selfSigned, server } = yield* Made
        const cwd = yield* folderWith({ "DB/a.txt": "", "a senha": "s3nh@\noutra\n" })
        const folder = join(cwd, "o que há d'aqui")
        mkdirSync(folder)
        // Its own authority, by one that the file does not have, and for a name that is no address.
        for (const { certFile, keyFile } of [selfSigned, server, elsewhere]) {
          copyFileSync(certFile, join(folder, basename(certFile)))
          const certificate = join(basename(folder), basename(certFile))
          const { address, announcement } = yield* serve(
            ["--tls-cert", certificate, "--tls-key", keyFile, "--password-file", "a senha"],
            { cwd }
          )
          assert.include(announcement, ` Abra https://127.0.0.1:${address.port}/ `)
          // A browser chooses HTTP in the handshake, and is then spoken to in nothing else.
          const browser = yield* connect(address, {
            allowHalfOpen: true,
            tls: { ALPNProtocols: ["h2", "http/1.1"], rejectUnauthorized: false }
          })
          yield* browser.send("PING\r\nQUIT\r\n\r\n")
          assert.match(yield* browser.rest, /^HTTP\/1\.1 400 /)
          const line = commandIn(announcement)
          const isElsewhere = certFile === elsewhere.certFile
          assert.strictEqual(/ --servername example\.org /.test(line), isElsewhere)
          yield* works(line)
        }
      })
    )

    it.effect.skipIf(!hasOpenssl)("leaves to the client which certificate is its own", () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const { authority, client, server } = yield* Made
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const { announcement } = yield* serve(
          [
            "--tls-cert",
            server.certFile,
            "--tls-key",
            server.keyFile,
            "--tls-client-ca",
            authority.certFile
          ],
          { cwd }
        )
        const line = commandIn(announcement)
        assert.include(line, " --cert ARQUIVO --key ARQUIVO ")
        yield* works(
          line
            .replace("--cert ARQUIVO", `--cert ${client.certFile}`)
            .replace("--key ARQUIVO", `--key ${client.keyFile}`)
        )
      })
    )

    const others = reachableHosts(
      "0.0.0.0",
      Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    )
    it.effect.skipIf(!hasOpenssl || others.length === 0)(
      "tells other machines to bring a copy of what they trust",
      () =>
        Effect.gen(function* () {
          const { serve } = yield* App
          const { server } = yield* Made
          const cwd = yield* folderWith({ "DB/a.txt": "" })
          const { process } = yield* serve(
            [
              "--tls-cert",
              server.certFile,
              "--tls-key",
              server.keyFile,
              "--host",
              "0.0.0.0",
              "--open"
            ],
            { cwd }
          )
          const [, line = ""] = yield* process.says(
            "stderr",
            /^De outras máquinas: .* onde esteja uma cópia de server\.pem, com: (.*)\n/m
          )
          assert.include(line, " --ca server.pem --servername localhost --host ")
          const { code, stdout } = yield* paste(line, dirname(server.certFile))
          assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: "a.txt\n" })
        })
    )

    it.effect("names no authority that every client knows", () =>
      Effect.gen(function* () {
        const [root = ""] = tls.rootCertificates
        const cwd = yield* folderWith({ "known.pem": root })
        const presented = yield* read(join(cwd, "known.pem"))
        assert.isTrue(presented !== undefined && isWellKnown(presented))
      })
    )

    it.effect("has no command of the client where HTTP alone is spoken", () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const { address, announcement } = yield* serve(["--http", "only"], { cwd })
        const at = `127.0.0.1:${address.port}`
        assert.strictEqual(announcement, `Servindo DB em ${at}. Abra http://${at}/\n`)
      })
    )

    it.effect.skipIf(!isInstalled("zbarimg"))(
      "with --qr draws the address of the page, and says where a phone cannot reach it",
      () =>
        Effect.gen(function* () {
          const { run, serve } = yield* App
          const cwd = yield* folderWith({ "DB/a.txt": "" })
          const { address, process } = yield* serve(["--qr"], { cwd })
          const page = `http://127.0.0.1:${address.port}/`
          const [, drawn = ""] = yield* process.says(
            "stderr",
            /^([ █▀▄\n]+)\nO código leva a http:\S+, aonde só se chega desta máquina; .*\n/m
          )
          writeFileSync(join(cwd, "code.pbm"), bitmap(drawn))
          const read = yield* runProgram("zbarimg", ["-q", "--raw", join(cwd, "code.pbm")])
          assert.strictEqual(read.stdout.trim(), page)
          const refused = yield* run(["serve", "--qr", "--http", "off"], { cwd })
          assert.strictEqual(refused.code, 2)
        })
    )
  }
)

/** Half blocks as a bitmap (PBM), in which 1 is black: what a block fills is light. */
const bitmap = (drawn: string): string => {
  const halves: Readonly<Record<string, readonly [upper: string, lower: string]>> = {
    " ": ["1", "1"],
    "█": ["0", "0"],
    "▀": ["0", "1"],
    "▄": ["1", "0"]
  }
  const scale = 4
  const rows = drawn.split("\n").flatMap((line) =>
    ([0, 1] as const).map((half) =>
      Array.from(line)
        .map((block) => (halves[block]?.[half] ?? "0").repeat(scale))
        .join("")
    )
  )
  const width = rows[0]?.length ?? 0
  const pixels = rows.flatMap((row) => Array.from({ length: scale }, () => row)).join("\n")
  return `P1\n${width} ${rows.length * scale}\n${pixels}\n`
}
