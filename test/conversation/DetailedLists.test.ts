/** LISTAR with details: a map for each file, as DETALHES says it, by pages; and the clients that ask for it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type RawSocket, connect } from "../support/peers/RawSocket.ts"
import { readReply, type Reply, textOf } from "../support/peers/Replies.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { request } from "../support/values/Bytes.ts"

const time = new Date("2024-03-09T12:34:56.789Z")
const names = Array.from({ length: 250 }, (_, index) => `pasta/${String(index).padStart(5, "0")}`)

const scene = Effect.gen(function* () {
  const folder = yield* folderWith({
    ...Object.fromEntries(names.map((name) => [name, name])),
    "ação.txt": "três"
  })
  utimesSync(join(folder, "ação.txt"), time, time)
  return yield* connect(yield* serveFolder(folder))
})

const ask = (client: RawSocket, ...words: ReadonlyArray<string>) =>
  Effect.andThen(client.send(request(...words)), readReply(client))

/** The fields of each map of a list, which RESP 2 sends flat. */
const mapsIn = (reply: Reply): ReadonlyArray<Reply> => (reply._tag === "List" ? reply.items : [])
const nameIn = (map: Reply | undefined): string =>
  map?._tag === "List" ? textOf(map.items[1]) : ""

describe("a list with details", () => {
  it.live("has of each file what DETALHES says of it, to the millisecond", () =>
    Effect.gen(function* () {
      const client = yield* scene
      const listed = mapsIn(yield* ask(client, "LISTAR", "a*", "COM", "DETALHES"))
      assert.deepStrictEqual(listed, [yield* ask(client, "DETALHES", "ação.txt")])
      const [map] = listed
      const texts = map?._tag === "List" ? map.items.map(textOf) : []
      assert.deepStrictEqual(texts.slice(0, 2), ["nome", "ação.txt"])
      assert.strictEqual(texts[5], "2024-03-09T12:34:56.789Z")
    })
  )

  it.live("comes by pages, each file once, and as maps in RESP 3", () =>
    Effect.gen(function* () {
      const client = yield* scene
      const listed: Array<string> = []
      for (let after = ""; ;) {
        const page = mapsIn(
          yield* ask(client, "LISTAR", "pasta/*", "COM", "detalhes", "LIMITE", "70", "APOS", after)
        ).map(nameIn)
        listed.push(...page)
        if (page.length < 70) break
        after = page.at(-1) ?? ""
      }
      assert.deepStrictEqual(listed, names)
      yield* client.send("HELLO 3\r\nLISTAR a* COM detalhes\r\n")
      yield* client.takeThrough("*1\r\n%4\r\n$4\r\nnome\r\n")
    })
  )

  it.live("is null where it is the list that the client has, and only then", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ a: "1", "b/ação": "22", c: "333" })
      utimesSync(join(folder, "b/ação"), time, time)
      const client = yield* connect(yield* serveFolder(folder))
      /** The digest of a list, by what was told of each file. */
      const digestOf = (maps: ReadonlyArray<Reply>): string => {
        const hash = createHash("sha256")
        for (const map of maps) {
          const items = map._tag === "List" ? map.items : []
          const size = items[3]?._tag === "Integer" ? items[3].value : -1
          const modified = new Date(textOf(items[5])).getTime()
          hash.update(`${size} ${modified} ${textOf(items[7])} ${textOf(items[1])}\0`)
        }
        return hash.digest("hex")
      }
      const all = ["LISTAR", "COM", "detalhes"]
      const listed = mapsIn(yield* ask(client, ...all))
      assert.strictEqual(listed.length, 3)
      const known = [...all, "RESUMO", digestOf(listed)]
      const isNull = (reply: Reply) => reply._tag === "Null"
      assert.isTrue(isNull(yield* ask(client, ...known)))
      assert.isTrue(
        isNull(yield* ask(client, ...all, "APOS", "a", "RESUMO", digestOf(listed.slice(1))))
      )
      assert.strictEqual(mapsIn(yield* ask(client, ...known, "LIMITE", "2")).length, 2)
      // Only the version tells.
      writeFileSync(join(folder, "b/ação"), "zz")
      utimesSync(join(folder, "b/ação"), time, time)
      assert.strictEqual(mapsIn(yield* ask(client, ...known)).length, 3)
      assert.deepInclude(yield* ask(client, "LISTAR", "RESUMO", "x"), {
        text: Buffer.from("ERR RESUMO só vale com COM detalhes.").toString("latin1")
      })
    })
  )

  it.live("is refused where there is too much of it, or another word", () =>
    Effect.gen(function* () {
      const client = yield* scene
      for (const [words, refusal] of [
        [
          ["LIMITE", "10001", "COM", "detalhes"],
          Buffer.from("ERR LIMITE vai até 10000.").toString("latin1")
        ],
        [["COM", "tudo"], "ERR syntax error"]
      ] as const)
        assert.deepInclude(yield* ask(client, "LISTAR", ...words), { text: refusal })
    })
  )
})
