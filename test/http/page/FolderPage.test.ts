/** The page without a script: what stands on it, and that no name or text of a stranger becomes markup. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { escape } from "../../../src/cli/Escape.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { FileNotFound } from "../../../src/domain/Errors.ts"
import { folderFromText, type FileName } from "../../../src/domain/FileName.ts"
import { makeFolderPage } from "../../../src/http/page/FolderPage.ts"
import { pageQuery } from "../../../src/http/page/PageQuery.ts"
import { FileStore } from "../../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { fileName } from "../../support/values/Names.ts"

const time = Date.UTC(2024, 2, 9, 12, 34)

const storeOf = (files: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const shared = new Map<FileName, MemoryFileStore.MemoryFile>()
    let modified = time
    for (const [name, text] of Object.entries(files)) {
      shared.set(fileName(name), { bytes: Buffer.from(text), modified })
      modified += 60_000
    }
    return Context.get(yield* Layer.build(MemoryFileStore.layer(shared)), FileStore)
  })

const pageOf = (store: FileStore["Service"], folder = "", query = "", acceptLanguage?: string) => {
  const name = folderFromText(folder)
  if (name === undefined) throw new Error(folder)
  const fields = new URLSearchParams(query)
  const page = pageQuery(name, (field) => fields.get(field) ?? undefined, acceptLanguage)
  return Effect.map(makeFolderPage(store)(page, undefined), ByteString.toTextLossy)
}

const unescaped = (text: string) =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")

/** The links of the list's rows, to what they lead and as what. */
const rowsOf = (page: string) =>
  [...page.matchAll(/<th scope="row"><a href="([^"]*)">(.*?)<\/a>/gs)].map(([, href, name]) => [
    unescaped(href ?? ""),
    unescaped(name ?? "")
  ])

const namesOf = (page: string) => rowsOf(page).map(([, name]) => name)

const linkNamed = (page: string, rel: string) =>
  unescaped(new RegExp(`<a rel="${rel}" href="([^"]*)"`).exec(page)?.[1] ?? "")

describe("the page of a folder", () => {
  it.effect("links every name so that its path is its own, whatever its characters", () =>
    Effect.gen(function* () {
      const names = [
        "-/x",
        "a b",
        "a%20b",
        "a?b#c",
        "a&amp;b",
        '"><script>',
        "'",
        "ç",
        "\u{1f600}",
        "a:b",
        ";",
        "+",
        "~"
      ]
      const store = yield* storeOf(Object.fromEntries(names.map((name) => [name, ""])))
      const page = yield* pageOf(store)
      const rows = rowsOf(page)
      assert.sameMembers(
        rows.map(([href]) => decodeURIComponent((href ?? "").slice(1)).replace(/^-\/$/, "-/x")),
        names
      )
      for (const [href] of rows) assert.match(href ?? "", /^\/[\w.%~*()!/-]+$/)
      assert.deepStrictEqual(
        rows.find(([, name]) => name === "-/"),
        ["/%2D/", "-/"]
      )
      assert.notInclude(page, "<script>")
      assert.notInclude(page, "'\"")
    })
  )

  it.effect("never lets a name, a search or a README become markup", () =>
    Effect.gen(function* () {
      const evil = `"'><img src=x onerror=alert(1)>&lt;`
      const store = yield* storeOf({
        [`${evil}/${evil}`]: "",
        [`${evil}/README.md`]: `<script>alert(1)</script>${evil}`
      })
      for (const query of [
        "",
        `busca=${encodeURIComponent(evil)}`,
        `depois=${encodeURIComponent(evil)}&lang=en`
      ]) {
        const page = yield* pageOf(store, evil, query)
        assert.notInclude(page, "<img")
        assert.notInclude(page, "<script>")
        // Each tag is one that we wrote: only its attributes hold what strangers chose, and within quotes.
        const rest = page
          .replace(/^<!doctype html>/, "")
          .replaceAll(/<\/?[a-z]+\d?(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*\/?>/g, "")
        assert.notMatch(rest, /[<>]/)
      }
    })
  )

  it.effect("tells of a time beyond JavaScript's dates by the last there is", () =>
    Effect.gen(function* () {
      const shared = new Map([[fileName("a"), { bytes: Buffer.from(""), modified: 8.7e15 }]])
      const services = yield* Layer.build(MemoryFileStore.layer(shared))
      assert.match(
        yield* pageOf(Context.get(services, FileStore)),
        /<time datetime="\+275760-09-13T00:00:00\.000Z">[^<]*275760[^<]*<\/time>/
      )
    })
  )

  it.effect("says where it hears of changes, in one place, whatever else is on it", () =>
    Effect.gen(function* () {
      const store = yield* storeOf({ "p/README.md": "\0 data-live \0", "p/a": "" })
      const folder = fileName("p")
      const page = makeFolderPage(store)
      const query = pageQuery(folder, (field) => (field === "busca" ? "\0" : undefined), undefined)
      for (const asked of [pageQuery(folder, () => undefined, undefined), query]) {
        const [none, one, other] = [
          ByteString.toTextLossy(yield* page(asked, undefined)),
          ByteString.toTextLossy(yield* page(asked, `/-/events?a="1"&b`)),
          ByteString.toTextLossy(yield* page(asked, "/-/events?c"))
        ]
        assert.include(one, `data-live="/-/events?a=&quot;1&quot;&amp;b"`)
        assert.include(other, `data-live="/-/events?c"`)
        assert.strictEqual(other.replace("/-/events?c", ""), none)
        assert.notInclude(none, "\0")
      }
    })
  )

  it.effect("shows what characters HTML cannot hold as pictures of them", () =>
    Effect.gen(function* () {
      const store = yield* storeOf({ "a\nb\u0001\u0085": "" })
      const page = yield* pageOf(store)
      assert.deepStrictEqual(rowsOf(page), [["/a%0Ab%01%C2%85", "a\nb\u2401\ufffd"]])
    })
  )

  it.effect("shows no name as another, but writes out what is not seen in it", () =>
    Effect.gen(function* () {
      const names = ["abc\u202egnp.exe", "\u2066x\u2069", "\u200e\u200f\u061c", "a\ufeffb\u200bc"]
      for (const name of names) {
        const shown = escape(name)
        const store = yield* storeOf({ [`p/${name}`]: "", [`p/${name}/a`]: "" })
        const listed = yield* pageOf(store, "p")
        assert.deepStrictEqual(
          rowsOf(listed).map(([, told]) => told),
          [shown, `${shown}/`]
        )
        assert.include(listed, `aria-label="Baixar ${shown}"`)
        const inside = yield* pageOf(store, `p/${name}`)
        assert.include(inside, `<title>p/${shown}/</title>`)
        assert.include(inside, `<h1>${shown}</h1>`)
        const found = yield* pageOf(store, "", `busca=${encodeURIComponent(name)}`)
        assert.include(found, `<h1>Resultados de “${shown}”</h1>`)
        // What is compared, or asked for again, is exact, and stands in attributes that nobody sees.
        const told = /\s(?:data-name|value)="[^"]*"/g
        for (const page of [listed, inside, found])
          assert.notMatch(
            page.replaceAll(told, ""),
            /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/
          )
        assert.include(listed, `data-name="${name}"`)
      }
    })
  )

  it.effect("sorts by name, size and time, both ways, page by page, each entry once", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 2500 }, (_, index) => `f${(index * 7919) % 2500}`)
      const sizes = new Map(many.map((name, index) => [name, index % 50]))
      const store = yield* storeOf(
        Object.fromEntries(many.map((name, index) => [`g/${name}`, "x".repeat(index % 50)]))
      )
      for (const query of [
        "",
        "sentido=desc",
        "ordem=tamanho",
        "ordem=tamanho&sentido=desc",
        "ordem=data",
        "ordem=data&sentido=desc"
      ]) {
        const seen: Array<string | undefined> = []
        let next = query
        for (let pages = 1; ; pages++) {
          const page = yield* pageOf(store, "g", next)
          seen.push(...namesOf(page))
          const link = linkNamed(page, "next")
          if (link === "") {
            assert.strictEqual(pages, 3)
            break
          }
          next = new URL(link, "http://x").search
        }
        assert.strictEqual(new Set(seen).size, 2500, query)
        const expected = [...many]
        if (query.includes("tamanho")) {
          expected.sort((one, other) => {
            const size = (name: string) => sizes.get(name) ?? 0
            const direction = query.includes("desc") ? -1 : 1
            return direction * (size(one) - size(other)) || (one < other ? -1 : 1)
          })
        } else if (query.includes("data")) {
          if (query.includes("desc")) expected.reverse()
        } else {
          expected.sort()
          if (query.includes("desc")) expected.reverse()
        }
        assert.deepStrictEqual(seen, expected, query)
      }
    })
  )

  it.effect("finds names below the folder, by a part in any case or by a pattern", () =>
    Effect.gen(function* () {
      const store = yield* storeOf({
        "a*[x]/Relatório.pdf": "",
        "a*[x]/sub/RELATÓRIO-2.PDF": "",
        "a*[x]/sub/outro.txt": "",
        "a*[x]/sub/{outro,nada}": "",
        "relatório.pdf": ""
      })
      const find = (search: string, folder = "a*[x]") =>
        Effect.map(pageOf(store, folder, `busca=${encodeURIComponent(search)}`), namesOf)
      assert.deepStrictEqual(yield* find("relatÓrio"), ["Relatório.pdf", "sub/RELATÓRIO-2.PDF"])
      assert.deepStrictEqual(yield* find("*.txt"), ["sub/outro.txt"])
      assert.deepStrictEqual(yield* find("*-?.pdf"), ["sub/RELATÓRIO-2.PDF"])
      assert.deepStrictEqual(yield* find("sub/*t"), ["sub/outro.txt"])
      assert.deepStrictEqual(yield* find("{OUTRO,nada}*"), ["sub/{outro,nada}"])
      assert.deepStrictEqual(yield* find("[x]"), [])
      assert.deepStrictEqual(yield* find("rel", ""), [
        "a*[x]/Relatório.pdf",
        "a*[x]/sub/RELATÓRIO-2.PDF",
        "relatório.pdf"
      ])
    })
  )

  it.effect(
    "is in the language asked for, by a link or by the browser, and its links keep it",
    () =>
      Effect.gen(function* () {
        const store = yield* storeOf({ "p/a.txt": "x".repeat(1234) })
        const portuguese = yield* pageOf(store)
        assert.include(portuguese, '<html lang="pt-BR">')
        assert.include(portuguese, "Procurar nesta pasta")
        const english = yield* pageOf(store, "p", "", "en-US,en;q=0.9,pt;q=0.8")
        assert.include(english, '<html lang="en">')
        assert.include(english, "1.2 kB")
        assert.notInclude(english, "lang=en")
        const named = yield* pageOf(store, "", "lang=en", "pt-BR")
        assert.include(named, '<html lang="en">')
        assert.deepStrictEqual(rowsOf(named), [["/p/?lang=en", "p/"]])
        assert.include(yield* pageOf(store, "p"), "1,2 kB")
      })
  )

  it.effect("shows the folder's README as it is written, the one in the page's language", () =>
    Effect.gen(function* () {
      const store = yield* storeOf({
        "LEIAME.md": "# Olá <b>",
        "README.md": "# Hello",
        "p/README.md": "ç".repeat(40_000),
        "q/README.md/x": ""
      })
      assert.include(yield* pageOf(store), "# Olá &lt;b&gt;</pre>")
      assert.include(yield* pageOf(store, "", "lang=en"), "# Hello</pre>")
      const cut = yield* pageOf(store, "p")
      assert.include(cut, "Só o começo é mostrado.")
      assert.notInclude(cut, "\ufffd")
      assert.notInclude(yield* pageOf(store, "q"), "<pre")
    })
  )

  it.effect("is of no folder that is not there", () =>
    Effect.gen(function* () {
      const store = yield* storeOf({ "a/b": "" })
      assert.instanceOf(yield* Effect.flip(pageOf(store, "nada")), FileNotFound)
      assert.instanceOf(yield* Effect.flip(pageOf(store, "a/b", "ordem=data")), FileNotFound)
      assert.include(yield* pageOf(yield* storeOf({})), "Esta pasta está vazia.")
    })
  )

  it.effect(
    "has the menu of five of the original client, in Portuguese whatever the language",
    () =>
      Effect.gen(function* () {
        const page = yield* pageOf(yield* storeOf({}), "", "lang=en")
        const menu = [...page.matchAll(/<kbd>(\d)<\/kbd> ([A-Z]+)/g)].map(
          ([, key, name]) => `${key} ${name}`
        )
        assert.deepStrictEqual(menu, ["1 CONSULTA", "2 HORA", "3 ARQUIVO", "4 LISTAR", "5 SAIR"])
      })
  )
})
