/** A file that is written to between two questions: which of its versions can still be asked for, and how. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { appendFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { noise, overwrite, sha256 } from "../support/Transfers.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"

class Served extends Context.Service<
  Served,
  { readonly address: Address; readonly folder: string }
>()("test/Served") {
  static readonly layer = Layer.effect(
    Served,
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      return { folder, address: yield* serveFolder(folder) }
    })
  )
}

const changed = onWire("-CHANGED Arquivo mudou; recomece.\r\n")

/** A file of its own, of this size, its version, and a way to ask about it. */
const setUp = Effect.fnUntraced(function* (size: number) {
  const { address, folder } = yield* Served
  const name = `${size}.bin`
  const path = join(folder, name)
  const before = noise(1, size)
  writeFileSync(path, before)
  const ask = (...words: ReadonlyArray<string>) =>
    Effect.scoped(
      Effect.gen(function* () {
        const client = yield* connect(address)
        yield* client.send(request(...words) + request("QUIT"))
        return (yield* client.rest).replace(/\+OK\r\n$/, "")
      })
    )
  const version = (yield* ask("DETALHES", name)).split("\r\n").at(-2) ?? ""
  const sent = (bytes: Uint8Array) =>
    `*2\r\n${bulk(name)}$${bytes.length}\r\n${Buffer.from(bytes).toString("latin1")}\r\n`
  return { ask, before, name, path, sent, version }
})

layer(Served.layer, { excludeTestServices: true })("a file", (it) => {
  // Held in memory, read at once, read by parts and hashed by a thread.
  for (const size of [0, 1000, 100_000, 3_000_000]) {
    it.effect(
      `of ${size} bytes that grew is refused by VERSAO, and sent by PREFIXO as it was`,
      () =>
        Effect.gen(function* () {
          const { ask, before, name, path, sent, version } = yield* setUp(size)
          const exact = ["ARQUIVO", name, "PREFIXO", version]
          assert.isTrue((yield* ask(...exact)) === sent(before))
          assert.strictEqual(yield* ask("SOMA", name, "PREFIXO", version), bulk(sha256(before)))
          appendFileSync(path, "mais")
          assert.strictEqual(yield* ask("ARQUIVO", name, "VERSAO", version), changed)
          assert.strictEqual(yield* ask("SOMA", name, "VERSAO", version), changed)
          assert.isTrue((yield* ask(...exact)) === sent(before))
          assert.strictEqual(yield* ask("SOMA", name, "PREFIXO", version), bulk(sha256(before)))
          const part = yield* ask(...exact, "INICIO", String(size >> 1), "TAMANHO", "7")
          assert.strictEqual(part, sent(before.subarray(size >> 1, (size >> 1) + 7)))
          assert.strictEqual(yield* ask(...exact, "INICIO", String(size)), sent(Buffer.alloc(0)))
          assert.strictEqual(
            yield* ask(...exact, "INICIO", String(size + 1)),
            onWire(`-RANGE Início além do fim do arquivo; tamanho ${size}.\r\n`)
          )
        })
    )
  }

  it.effect("whose date alone was set has its bytes still", () =>
    Effect.gen(function* () {
      const { ask, before, name, path, sent, version } = yield* setUp(1001)
      utimesSync(path, new Date(0), new Date(0))
      assert.strictEqual(yield* ask("ARQUIVO", name, "VERSAO", version), changed)
      assert.isTrue((yield* ask("ARQUIVO", name, "PREFIXO", version)) === sent(before))
      assert.strictEqual(yield* ask("SOMA", name, "PREFIXO", version), bulk(sha256(before)))
    })
  )

  it.effect("that was written over and grew has another digest by PREFIXO, which tells", () =>
    Effect.gen(function* () {
      for (const size of [1002, 3_000_002]) {
        const { ask, name, path, version } = yield* setUp(size)
        assert.strictEqual(
          yield* ask("SOMA", name, "VERSAO", version),
          bulk(sha256(noise(1, size)))
        )
        const after = noise(2, size)
        overwrite(path, after)
        appendFileSync(path, "mais")
        assert.strictEqual(yield* ask("SOMA", name, "PREFIXO", version), bulk(sha256(after)))
      }
    })
  )

  it.effect("that was cut short, or had its place taken by another, has nothing left", () =>
    Effect.gen(function* () {
      const cut = yield* setUp(1003)
      truncateSync(cut.path, 1002)
      const other = yield* setUp(1004)
      writeFileSync(`${other.path}.novo`, noise(1, 2000))
      renameSync(`${other.path}.novo`, other.path)
      for (const { ask, name, version } of [cut, other])
        for (const command of ["ARQUIVO", "SOMA"])
          assert.strictEqual(yield* ask(command, name, "PREFIXO", version), changed)
    })
  )

  it.effect("has no version of a made-up name", () =>
    Effect.gen(function* () {
      const { ask, name, version } = yield* setUp(1005)
      const made = ["x", "", "-".repeat(9), version.slice(0, -1), `${version}0`, "\xff"]
      for (const word of made) {
        assert.strictEqual(yield* ask("ARQUIVO", name, "VERSAO", word), changed, word)
      }
      const [device = "", inode = ""] = version.split("-")
      for (const word of ["x", "", `${device}-${inode}`, `${device}-${inode}-zzzzzzzzzzzz-0-0`]) {
        assert.strictEqual(yield* ask("ARQUIVO", name, "PREFIXO", word), changed, word)
        assert.strictEqual(yield* ask("SOMA", name, "PREFIXO", word), changed, word)
      }
      assert.match(yield* ask("ARQUIVO", "nada", "PREFIXO", version), /^-NOTFOUND /)
    })
  )
})
