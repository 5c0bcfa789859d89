import { assert, describe, it } from "@effect/vitest"
import { contentTypeOf } from "../../src/http/file/ContentType.ts"
import { dispositionLine } from "../../src/http/file/Disposition.ts"
import { fileLink, folderLink } from "../../src/http/page/Links.ts"
import { parsePath, queryField } from "../../src/http/Target.ts"
import { prefersJson } from "../../src/http/Weights.ts"
import { fileName } from "../support/values/Names.ts"

const shown = (path: string): string => {
  const target = parsePath(path)
  if ("path" in target) return `service ${target.path}`
  return "name" in target ? `${target._tag} ${target.name}` : target._tag
}

describe("a path", () => {
  it.each([
    ["/", "Folder "],
    ["/a", "File a"],
    ["/a/b.txt", "File a/b.txt"],
    ["/a/", "Folder a"],
    ["/a%20b", "File a b"],
    ["/a+b", "File a+b"],
    ["/a%C3%A7%C3%A3o", "File ação"],
    ["/a%2Fb", "File a/b"],
    ["/a%2fb%2F", "Folder a/b"],
    ["/%61", "File a"],
    ["/%2561", "File %61"],
    ["/-/health", "service health"],
    ["/-/", "service "],
    ["/-", "File -"],
    ["/%2D/health", "File -/health"],
    ["/%2d/", "Folder -"],
    ["/a/-/b", "File a/-/b"],
    ["/a%", "Malformed"],
    ["/a%2", "Malformed"],
    ["/a%zz", "Malformed"],
    ["/%%41", "Malformed"],
    ["//a", "Nothing"],
    ["/a//b", "Nothing"],
    ["/a//", "Nothing"],
    ["/..", "Nothing"],
    ["/../a", "Nothing"],
    ["/a/../b", "Nothing"],
    ["/%2e%2e/a", "Nothing"],
    ["/.%2e/a", "Nothing"],
    ["/./a", "Nothing"],
    ["/a%00b", "Nothing"],
    ["/a%5Cb", "Nothing"],
    ["/a%FFb", "Nothing"],
    ["/a%C3", "Nothing"],
    ["/%ED%A0%80", "Nothing"],
    ["/%C0%AE%C0%AE/a", "Nothing"]
  ])("%s is %s", (path, target) => {
    assert.strictEqual(shown(path), target)
  })

  it("leads back to the name that a link was made of", () => {
    for (const name of ["a", "-", "-/a", "a b", "a%41", "ação/x", "?#&", "'", "-x", "\u{1f600}"]) {
      assert.strictEqual(shown(fileLink(fileName(name))), `File ${name}`)
      assert.strictEqual(shown(folderLink(fileName(name))), `Folder ${name}`)
    }
  })
})

describe("a query", () => {
  it("has a field whether or not it has a value", () => {
    assert.strictEqual(queryField("baixar", "baixar"), "")
    assert.strictEqual(queryField("a=b+c%C3%A7", "a"), "b cç")
    assert.isUndefined(queryField("abaixar=1", "baixar"))
    assert.isUndefined(queryField(undefined, "baixar"))
  })
})

describe("a type", () => {
  it.each([
    ["a.txt", "text/plain; charset=utf-8", true],
    ["a.HTML", "text/html; charset=utf-8", true],
    ["a.md", "text/markdown; charset=utf-8", true],
    ["a.json", "application/json; charset=utf-8", true],
    ["a.js", "text/javascript; charset=utf-8", true],
    ["a.svg", "image/svg+xml; charset=utf-8", true],
    ["a.png", "image/png", false],
    ["a.pdf", "application/pdf", false],
    ["a.mp4", "video/mp4", false],
    ["a.wasm", "application/wasm", true],
    ["a.nothing", "application/octet-stream", false],
    ["txt", "application/octet-stream", false],
    ["a.txt/b", "application/octet-stream", false],
    ["a", "application/octet-stream", false]
  ])("of %s is %s", (name, value, isCompressible) => {
    assert.deepStrictEqual(contentTypeOf(fileName(name)), { value, isCompressible })
  })
})

describe("a name to save under", () => {
  it("is plain for old clients and exact for others, and ends no line", () => {
    assert.strictEqual(
      dispositionLine(fileName('x/Relatório "de" março\'s.txt')),
      "Content-Disposition: attachment; filename=\"Relat_rio _de_ mar_o's.txt\"; filename*=UTF-8''Relat%C3%B3rio%20%22de%22%20mar%C3%A7o%27s.txt\r\n"
    )
    assert.strictEqual(
      dispositionLine(fileName("a\r\nb\u{1f600}%")),
      "Content-Disposition: attachment; filename=\"a__b__\"; filename*=UTF-8''a%0D%0Ab%F0%9F%98%80%25\r\n"
    )
  })
})

describe("JSON", () => {
  it("is sent where it is wanted more than text", () => {
    assert.isFalse(prefersJson(undefined))
    assert.isFalse(prefersJson("*/*"))
    assert.isFalse(prefersJson("text/html,application/xhtml+xml,*/*;q=0.8"))
    assert.isTrue(prefersJson("application/json"))
    assert.isTrue(prefersJson("application/json, text/plain;q=0.9, */*;q=0.1"))
    assert.isFalse(prefersJson("application/json;q=0.5, text/plain"))
    assert.isFalse(prefersJson("application/json;q=0"))
  })
})
