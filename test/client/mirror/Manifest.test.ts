/** What a mirror makes of the server's lists, from pages that it knows and others, over a server of a few lines. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { Connector } from "../../../src/client/Connector.ts"
import { Connection } from "../../../src/client/Connection.ts"
import type { PlacedEntry, RemoteEntry } from "../../../src/client/mirror/Entries.ts"
import { readManifest } from "../../../src/client/mirror/Manifest.ts"
import * as NextState from "../../../src/client/mirror/state/NextState.ts"
import { createSha256 } from "../../../src/client/node/Sha256.ts"
import * as StateFile from "../../../src/client/mirror/state/StateFile.ts"
import * as Hashing from "../../../src/client/node/Hashing.ts"
import { makeTokenDecoder, MalformedReply } from "../../../src/codec/resp/RespTokens.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as FileName from "../../../src/domain/FileName.ts"
import { listedText } from "../../../src/services/files/ListedFile.ts"
import { seeded } from "../../support/values/Seeded.ts"
import { assertSame } from "../../support/values/Same.ts"

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`

const mapOf = ({ modified, name, size, version }: RemoteEntry): string =>
  `%4\r\n${bulk("nome")}${bulk(name)}${bulk("tamanho")}:${size}\r\n${bulk("modificado")}${bulk(new Date(modified).toISOString())}${bulk("versao")}${bulk(version)}`

/** Answers lists of these files, which are sorted; says how many of them it sent. */
const makeServer = (files: ReadonlyArray<RemoteEntry>, knowsDigests: boolean) => {
  const sent = { files: 0 }
  const answer = (words: ReadonlyArray<string>): string => {
    const option = (token: string) => {
      const index = words.indexOf(token)
      return index === -1 ? undefined : words[index + 1]
    }
    if (!knowsDigests && option("RESUMO") !== undefined) return "-ERR syntax error\r\n"
    const after = option("APOS")
    const listed = files
      .filter(({ name }) => after === undefined || ByteString.fromText(name) > after)
      .slice(0, Number(option("LIMITE")))
    const digest = createHash("sha256").update(listed.map(listedText).join("")).digest("hex")
    if (digest === option("RESUMO")) return "_\r\n"
    sent.files += listed.length
    return `*${listed.length}\r\n${listed.map(mapOf).join("")}`
  }
  const ask: Connector["ask"] = (args, receive) =>
    Effect.provideService(
      receive,
      Connection,
      Connection.of({
        send: () => Effect.void,
        receive: Effect.never,
        receiveFile: Effect.never,
        receiveContent: Effect.never,
        isRefused: () => false,
        receiveTokens: (consume) =>
          Effect.suspend(() => {
            for (const token of makeTokenDecoder().push(Buffer.from(answer(args())))) {
              const isLast = token instanceof MalformedReply ? token : consume(token)
              if (isLast instanceof MalformedReply) return Effect.fail(isLast)
              if (isLast) return Effect.void
            }
            return Effect.die(new Error("the reply is over"))
          })
      })
    )
  const connector: Connector = {
    ask,
    askAll: () => Effect.die(new Error("one at a time")),
    connect: Effect.void,
    disconnect: Effect.void
  }
  return { connector, sent }
}

const all = { patterns: [], exclude: [], hidden: false }
const nameOf = (number: number): FileName.FileName =>
  FileName.fromText(`${"aç"[number % 2]}/${String(number).padStart(5, "0")}`) ?? assert.fail()

const entryOf = (number: number, version: string): RemoteEntry => ({
  name: nameOf(number),
  size: number,
  modified: 1_700_000_000_123 + number,
  version: ByteString.fromText(version)
})

const sorted = (entries: Iterable<RemoteEntry>): ReadonlyArray<RemoteEntry> =>
  [...entries].sort((one, other) => FileName.byBytes(one.name, other.name))

/** A state file with these files. */
const stateOf = (entries: ReadonlyArray<RemoteEntry>): StateFile.StateFile => {
  const placed = entries.map(({ name, ...entry }): [FileName.FileName, PlacedEntry] => [
    name,
    { ...entry, sha256: "0".repeat(64) }
  ])
  const contents = {
    file: StateFile.empty,
    settled: new Uint8Array(),
    entries: new Map(placed),
    added: { count: () => 0, entries: () => [] }
  }
  const blocks = NextState.encode(contents, createSha256)
  return StateFile.decode(Buffer.concat([...blocks])) ?? assert.fail()
}

const read = (state: StateFile.StateFile, connector: Connector) =>
  Effect.provide(readManifest(all, state, connector), Hashing.layer)

/** What the manifest has, as a list. */
const listOf = (
  { known, others }: Effect.Success<ReturnType<typeof read>>,
  state: StateFile.StateFile
) => {
  const rows = [...known.keys()].filter((row) => known[row] === 1)
  return sorted([
    ...others,
    ...rows.map((row) => {
      const { sha256: _, ...entry } = state.entryAt(row)
      return { name: state.nameAt(row), ...entry }
    })
  ])
}

/** Changes, additions and removals: single ones, and many one after the other. */
const changed = (entries: ReadonlyArray<RemoteEntry>, seed: number) => {
  const below = seeded(seed)
  const files = new Map(entries.map((entry) => [entry.name, entry]))
  for (let changes = below(6); changes > 0; changes--) {
    const first = below(4000)
    const length = below(3) === 0 ? below(1500) : 1
    const kind = below(3)
    for (let number = first; number < first + length; number++) {
      if (kind === 0) files.delete(nameOf(number))
      else if (kind === 1) files.set(nameOf(number), entryOf(number, `v${seed}`))
      else if (files.has(nameOf(number))) files.set(nameOf(number), entryOf(number, "w"))
    }
  }
  return sorted(files.values())
}

describe("a manifest", () => {
  const before = sorted(Array.from({ length: 1300 }, (_, index) => entryOf(index * 3, "v")))

  it.effect("has what the server has, whatever came, went and changed since", () =>
    Effect.gen(function* () {
      const state = stateOf(before)
      for (let seed = 0; seed < 6; seed++) {
        const now = changed(before, seed)
        for (const knowsDigests of [true, false]) {
          const manifest = yield* read(state, makeServer(now, knowsDigests).connector)
          assertSame(listOf(manifest, state), now, `seed ${seed}`)
          assert.strictEqual(manifest.count, now.length)
        }
      }
    })
  )

  it.effect("is sent only the pages of which something changed", () =>
    Effect.gen(function* () {
      const state = stateOf(before)
      assert.lengthOf(state.pages, 3)
      const older = yield* read({ ...state, pages: [] }, makeServer(before, true).connector)
      assert.deepStrictEqual([older.count, older.others.length], [before.length, 0])
      const same = makeServer(before, true)
      const manifest = yield* read(state, same.connector)
      assert.deepStrictEqual([same.sent.files, manifest.others.length], [0, 0])
      const one = makeServer(
        before.map((entry, row) => (row === 700 ? { ...entry, size: 1 } : entry)),
        true
      )
      assert.strictEqual((yield* read(state, one.connector)).others.length, 1)
      assert.strictEqual(one.sent.files, 500)
    })
  )
})
