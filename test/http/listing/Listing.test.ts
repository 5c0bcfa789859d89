/** A folder for programs: which form is asked for, and that names of any characters arrive in each. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { jsonListing, textListing } from "../../../src/http/listing/FolderListing.ts"
import { listingFormat } from "../../../src/http/listing/ListingFormat.ts"
import { entryKey, type FolderEntry } from "../../../src/services/files/FileStore.ts"
import { fileName } from "../../support/values/Names.ts"

const strange = ["a\nb", 'aspas"', "<script>", "ç ~", "\u{1f600}", "\u009b31m"]

const entries: ReadonlyArray<FolderEntry> = [
  {
    kind: "folder",
    name: fileName("p/sub"),
    modified: undefined,
    id: "1",
    isListedElsewhere: false
  },
  {
    kind: "folder",
    name: fileName("p/sub2"),
    modified: 1_700_000_000_123,
    id: "2",
    isListedElsewhere: true
  },
  ...strange.map((name): FolderEntry => ({
    kind: "file",
    name: fileName(`p/${name}`),
    size: 12,
    modified: 1_700_000_000_123,
    version: "v1"
  }))
]

const textOf = (stream: Stream.Stream<Uint8Array, unknown>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(chunks).toString())

describe("a folder as JSON", () => {
  it.effect("tells kind, size, time and version, whatever the batches and the names", () =>
    Effect.gen(function* () {
      for (const size of [1, 3, 100]) {
        const text = yield* textOf(
          jsonListing(fileName("p"), Stream.rechunk(Stream.fromIterable(entries), size))
        )
        assert.deepStrictEqual(JSON.parse(text), {
          pasta: "p",
          itens: [
            { nome: "sub", tipo: "pasta" },
            { nome: "sub2", tipo: "pasta", modificado: "2023-11-14T22:13:20.123Z" },
            ...strange.map((nome) => ({
              nome,
              tipo: "arquivo",
              tamanho: 12,
              modificado: "2023-11-14T22:13:20.123Z",
              versao: "v1"
            }))
          ]
        })
      }
      const late = entries.map((entry) => ({ ...entry, modified: 8.7e15 }))
      const text = yield* textOf(jsonListing(fileName("p"), Stream.fromIterable(late)))
      // The last date of JavaScript's (ECMA-262, 21.4.1.1).
      assert.strictEqual(
        text.match(/"modificado":"\+275760-09-13T00:00:00\.000Z"/g)?.length,
        late.length
      )
      assert.deepStrictEqual(JSON.parse(yield* textOf(jsonListing("", Stream.empty))), {
        pasta: "",
        itens: []
      })
    })
  )
})

describe("a folder as plain names", () => {
  it.effect("has a line for each, and no character that ends a line or steers a terminal", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* textOf(textListing(Stream.fromIterable(entries.map(entryKey)))),
        'sub/\nsub2/\na\\x0ab\naspas"\n<script>\nç ~\n\u{1f600}\n\\x9b31m\n'
      )
    })
  )
})

describe("the form of a folder", () => {
  const rows: ReadonlyArray<
    readonly [formato: string | undefined, accept: string | undefined, form: string]
  > = [
    [undefined, undefined, "html"],
    [undefined, "*/*", "html"],
    [undefined, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
    [undefined, "application/json", "json"],
    [undefined, "application/json, text/plain, */*", "json"],
    [undefined, "application/json;q=0.5, text/plain", "txt"],
    [undefined, "TEXT/PLAIN", "txt"],
    [undefined, "text/*", "html"],
    [undefined, "application/*", "json"],
    [undefined, "text/html;q=0, application/json;q=0.1", "json"],
    [undefined, "image/png", "html"],
    [undefined, "application/json;q=nada", "html"],
    [undefined, ",;,q=1", "html"],
    ["json", "text/html", "json"],
    ["txt", "text/html", "txt"],
    ["xml", "application/json", "json"]
  ]
  for (const [formato, accept, form] of rows) {
    it(`is ${form} for formato ${formato ?? "not given"} and Accept ${accept ?? "not given"} (RFC 9110, 12.5.1)`, () => {
      assert.strictEqual(listingFormat(formato, accept), form)
    })
  }
})
