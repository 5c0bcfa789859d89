/** TLS of the program as people run it: flags, sentences, exit codes, and certificates that change. */
import { assert, describe, layer } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import { copyFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { TLSSocket } from "node:tls"
import { load } from "../../../src/cli/client/Certificates.ts"
import { follow } from "../../../src/cli/serve/reload/Certificates.ts"
import type { Failure } from "../../../src/cli/Failure.ts"
import { messages } from "../../../src/cli/Messages.ts"
import { App, type Ended, type Place } from "../../support/programs/App.ts"
import { request } from "../../support/values/Bytes.ts"
import { hasOpenssl, Made, type Pair } from "../../support/Certificates.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"

const ping = request("PING")
const pong = "+PONG\r\n"
const english = { LANG: "en_US.UTF-8" }

/** What these flags or files end with. */
const failureOf = <A, R>(use: Effect.Effect<A, Failure, R>) => Effect.flip(Effect.asVoid(use))

const none = Option.none<string>()
const some = Option.some("x")

const files = folderWith({ "DB/a.txt": "um" })

/** `app serve` with this pair, and with what else is said. */
const serveWith = Effect.fnUntraced(function* (pair: Pair, ...words: ReadonlyArray<string>) {
  const { serve } = yield* App
  const cwd = yield* files
  const tls = ["--tls-cert", pair.certFile, "--tls-key", pair.keyFile]
  const { address, announcement, process } = yield* serve([...tls, ...words], { cwd })
  return { at: `127.0.0.1:${address.port}`, announcement, address, cwd, process }
})

/** `app client --cmd LISTAR`, whose lost connections are not made good. */
const ask = Effect.fnUntraced(function* (
  { address, cwd }: { readonly address: { readonly port: number }; readonly cwd: string },
  words: ReadonlyArray<string>,
  env: Place["env"] = {}
) {
  const { run } = yield* App
  const question = ["client", "--port", String(address.port), ...words, "--cmd", "LISTAR"]
  return yield* run(question, { cwd, env: { APP_RETRIES: "0", ...env } })
})

const fails = ({ code, stderr, stdout }: Ended, expected: number, sentence: string) =>
  assert.deepStrictEqual(
    { code, stdout, stderr },
    { code: expected, stdout: "", stderr: `${sentence}\n` }
  )

const skipped = hasOpenssl ? "" : " (skipped: openssl is not installed)"
describe.skipIf(!hasOpenssl)(`TLS${skipped}`, () => {
  layer(Layer.merge(App.layer, Made.layer), { timeout: "1 minute" })((it) => {
    it.effect("is asked for by a flag or its variable, and the announcement says so", () =>
      Effect.gen(function* () {
        const { authority, server } = yield* Made
        const served = yield* serveWith(server)
        assert.include(served.announcement, `app client --tls --ca ${server.certFile} --port `)
        const flags = yield* ask(served, ["--tls", "--ca", authority.certFile])
        assert.deepStrictEqual([flags.code, flags.stdout, flags.stderr], [0, "a.txt\n", ""])
        const variables = { APP_TLS: "true", APP_CA: authority.certFile }
        assert.strictEqual((yield* ask(served, [], variables)).stdout, "a.txt\n")
        const named = yield* ask(served, [
          "--tls",
          "--ca",
          authority.certFile,
          "--servername",
          "localhost"
        ])
        assert.strictEqual(named.stdout, "a.txt\n")
      })
    )

    it.effect("of an unknown authority ends with exit code 3 and a sentence that says so", () =>
      Effect.gen(function* () {
        const { otherAuthority, server } = yield* Made
        const served = yield* serveWith(server)
        // The well-known authorities vouch for no test.
        fails(
          yield* ask(served, ["--tls"]),
          3,
          `O certificado de ${served.at} é de uma autoridade desconhecida; veja --ca.`
        )
        fails(
          yield* ask(served, ["--tls", "--ca", otherAuthority.certFile], english),
          3,
          `The certificate of ${served.at} is from an unknown authority; see --ca.`
        )
      })
    )

    it.effect("for another name likewise, unless that name is asked for", () =>
      Effect.gen(function* () {
        const { authority, elsewhere } = yield* Made
        const served = yield* serveWith(elsewhere)
        const trusting = ["--tls", "--ca", authority.certFile]
        fails(
          yield* ask(served, trusting),
          3,
          `O certificado de ${served.at} é de outro nome; veja --servername.`
        )
        // An address, too, is compared.
        fails(
          yield* ask(served, [...trusting, "--servername", "127.0.0.2"], english),
          3,
          `The certificate of ${served.at} is for another name; see --servername.`
        )
        const found = yield* ask(served, [...trusting, "--servername", "example.org"])
        assert.strictEqual(found.stdout, "a.txt\n")
      })
    )

    it.effect("that has expired likewise", () =>
      Effect.gen(function* () {
        const { authority, expired } = yield* Made
        const served = yield* serveWith(expired)
        const trusting = ["--tls", "--ca", authority.certFile]
        fails(yield* ask(served, trusting), 3, `O certificado de ${served.at} venceu.`)
        fails(
          yield* ask(served, trusting, english),
          3,
          `The certificate of ${served.at} has expired.`
        )
      })
    )

    it.effect("is not verified with --tls-insecure alone, which says so each time", () =>
      Effect.gen(function* () {
        const { expired } = yield* Made
        const served = yield* serveWith(expired)
        for (const [words, env] of [
          [["--tls", "--tls-insecure"], {}],
          [["--tls"], { APP_TLS_INSECURE: "true" }]
        ] as const) {
          const { code, stderr, stdout } = yield* ask(served, words, env)
          assert.deepStrictEqual([code, stdout], [0, "a.txt\n"])
          assert.match(stderr, /^Atenção: com --tls-insecure .*\.\n$/)
        }
      })
    )

    it.effect("asks a client for its certificate, and the client says that it is asked", () =>
      Effect.gen(function* () {
        const { authority, client, server, stranger } = yield* Made
        const served = yield* serveWith(server, "--tls-client-ca", authority.certFile)
        const trusting = ["--tls", "--ca", authority.certFile]
        const own = ({ certFile, keyFile }: Pair) => ["--cert", certFile, "--key", keyFile]
        const known = yield* ask(served, [...trusting, ...own(client)])
        assert.deepStrictEqual([known.code, known.stdout, known.stderr], [0, "a.txt\n", ""])
        const variables = { APP_CERT: client.certFile, APP_KEY: client.keyFile }
        assert.strictEqual((yield* ask(served, trusting, variables)).stdout, "a.txt\n")
        for (const version of ["1.2", "1.3"]) {
          const env = { NODE_OPTIONS: `--tls-max-v${version}`, APP_RETRIES: "5" }
          fails(
            yield* ask(served, trusting, env),
            3,
            `O servidor ${served.at} pede um certificado de cliente: use --cert e --key.`
          )
        }
        const { code, stdout } = yield* ask(served, [...trusting, ...own(stranger)])
        assert.deepStrictEqual([code, stdout], [3, ""])
        yield* served.process.says("stderr", /handshake\.failed.* reason=UNABLE_TO_VERIFY_\w+\n/)
      })
    )

    it.effect("on one side only ends with exit code 3 and a sentence that says on which", () =>
      Effect.gen(function* () {
        const { authority, server } = yield* Made
        const { serve } = yield* App
        const encrypted = yield* serveWith(server)
        fails(yield* ask(encrypted, []), 3, `O servidor ${encrypted.at} só fala TLS: use --tls.`)
        const cwd = yield* files
        const plain = { ...(yield* serve([], { cwd })), cwd }
        const at = `127.0.0.1:${plain.address.port}`
        fails(
          yield* ask(plain, ["--tls", "--ca", authority.certFile], english),
          3,
          `The server ${at} does not speak TLS; try without --tls.`
        )
        const silent = { ...(yield* FakeServer.make({ answers: () => "" })), cwd }
        fails(
          yield* ask(silent, ["--tls", "--timeout", "300ms"]),
          3,
          `Não foi possível conectar a 127.0.0.1:${silent.address.port}: sem resposta.`
        )
      })
    )

    it.effect("flags that lack another one are a wrong command line", () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const cwd = yield* files
        const alone = ["serve", "--tls-cert", "x"]
        fails(yield* run(alone, { cwd }), 2, "--tls-cert pede também --tls-key.")
        fails(yield* run(alone, { cwd, env: english }), 2, "--tls-cert needs --tls-key as well.")
        const server = { cert: none, key: none, ca: none }
        const client = { ...server, tls: false, servername: none, insecure: false }
        for (const [use, given, needed] of [
          [
            failureOf(
              follow({ ...server, key: some }, { protocols: [], waits: true }, messages.pt)
            ),
            "--tls-key",
            "--tls-cert"
          ],
          [
            failureOf(follow({ ...server, ca: some }, { protocols: [], waits: true }, messages.pt)),
            "--tls-client-ca",
            "--tls-cert"
          ],
          [failureOf(load({ ...client, ca: some }, messages.pt)), "--ca", "--tls"],
          [failureOf(load({ ...client, servername: some }, messages.pt)), "--servername", "--tls"],
          [failureOf(load({ ...client, insecure: true }, messages.pt)), "--tls-insecure", "--tls"],
          [failureOf(load({ ...client, tls: true, cert: some }, messages.pt)), "--cert", "--key"],
          [failureOf(load({ ...client, tls: true, key: some }, messages.pt)), "--key", "--cert"]
        ] as const) {
          const { code, sentence } = yield* use
          assert.deepStrictEqual([code, sentence], [2, `${given} pede também ${needed}.`])
        }
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("files that are of no use stop either side at the start, in one sentence", () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const { client, server } = yield* Made
        const cwd = yield* folderWith({ "DB/a.txt": "", half: server.cert.slice(0, 300) })
        const pair = ["--tls-cert", server.certFile, "--tls-key", client.keyFile]
        const another = `A chave em ${client.keyFile} não é a do certificado.`
        fails(yield* run(["serve", "--port", "0", ...pair], { cwd }), 1, another)
        const cert = Option.some(server.certFile)
        const key = Option.some(server.keyFile)
        const half = Option.some(join(cwd, "half"))
        const missing = Option.some(join(cwd, "nada"))
        const plain = { tls: true, servername: none, insecure: false }
        for (const [found, sentence] of [
          [
            { cert: missing, key, ca: none },
            `O arquivo ${cwd}/nada não pode ser lido: não existe.`
          ],
          [{ cert: half, key, ca: none }, `Não há um certificado inteiro em ${cwd}/half.`],
          [{ cert, key: half, ca: none }, `Não há uma chave inteira, e sem senha, em ${cwd}/half.`],
          [{ cert, key: Option.some(client.keyFile), ca: none }, another],
          [{ cert, key, ca: half }, `Não há certificados inteiros de autoridades em ${cwd}/half.`]
        ] as const) {
          for (const use of [
            failureOf(follow(found, { protocols: [], waits: true }, messages.pt)),
            failureOf(load({ ...plain, ...found }, messages.pt))
          ]) {
            const failure = yield* use
            assert.deepStrictEqual([failure.code, failure.sentence], [1, sentence])
          }
        }
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("with clients' certificates is as good as a password where others reach it", () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const { authority, client, server } = yield* Made
        const own = ["--cert", client.certFile, "--key", client.keyFile]
        const everywhere = ["--host", "0.0.0.0"]
        const served = yield* serveWith(
          server,
          ...everywhere,
          "--tls-client-ca",
          authority.certFile
        )
        const found = yield* ask(served, ["--tls", "--ca", authority.certFile, ...own])
        assert.strictEqual(found.stdout, "a.txt\n")
        const alone = ["--tls-cert", server.certFile, "--tls-key", server.keyFile]
        const { code, stderr } = yield* run(["serve", "--port", "0", ...everywhere, ...alone], {
          cwd: served.cwd
        })
        assert.strictEqual(code, 1)
        assert.match(stderr, /^Sem senha, .*--tls-client-ca.*\.\n$/)
      })
    )

    it.effect("shows certificates as they are by now, both or neither, and drops nobody", () =>
      Effect.gen(function* () {
        const { authority, renewed, server } = yield* Made
        const cwd = yield* files
        const certFile = join(cwd, "cert.pem")
        const keyFile = join(cwd, "key.pem")
        copyFileSync(server.certFile, certFile)
        copyFileSync(server.keyFile, keyFile)
        const { address, process } = yield* serveWith({ ...server, certFile, keyFile })
        const joined = connect(address, { tls: { ca: authority.cert } })
        const shown = Effect.map(
          joined,
          ({ socket }): unknown => (socket as TLSSocket).getPeerCertificate().subject.CN
        )
        const before = yield* joined
        assert.strictEqual(yield* shown, "server")
        for (const [cert, reason] of [
          [renewed.cert.slice(0, 200), "no whole certificate"],
          [renewed.cert, "the key is not the certificate's"]
        ] as const) {
          writeFileSync(certFile, cert)
          yield* process.says("stderr", new RegExp(`certificates.kept.* error="${reason}"`))
          assert.strictEqual(yield* shown, "server")
        }
        writeFileSync(keyFile, renewed.key)
        yield* process.says("stderr", /certificates\.reloaded/)
        assert.strictEqual(yield* shown, "renewed")
        assert.strictEqual(yield* before.ask(ping, pong), pong)
        yield* process.kill("SIGTERM")
        assert.strictEqual((yield* process.ended).code, 0)
      })
    )
  })
})
