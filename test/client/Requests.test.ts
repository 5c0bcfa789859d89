import { assert, describe, it } from "@effect/vitest"
import { closesConnection, mayHaveMany, onlyName, parse } from "../../src/client/Requests.ts"
import * as ByteString from "../../src/domain/ByteString.ts"

const words = (...texts: ReadonlyArray<string>): ReadonlyArray<ByteString.ByteString> =>
  texts.map(ByteString.fromText)

/** What the words mean to a server of ours. */
const meant = (...texts: ReadonlyArray<string>) => parse(words(...texts), false)

describe("the words of a question", () => {
  it("that name the command which sends a file are all files, whatever the wire would make of them", () => {
    for (const command of ["enviar_arquivo", "ARQUIVO"]) {
      assert.deepStrictEqual(meant(command, "a.txt", "INICIO", "5"), {
        _tag: "Files",
        patterns: words("a.txt", "INICIO", "5")
      })
    }
  })

  it("may have several results where there are several names, a pattern, or a listing", () => {
    assert.isTrue(mayHaveMany(meant("ARQUIVO", "a", "b")))
    assert.isTrue(mayHaveMany(meant("ARQUIVO", "*.txt")))
    assert.isTrue(mayHaveMany(meant("LISTAR", "*.txt")))
    assert.isFalse(mayHaveMany(meant("ARQUIVO", "a")))
    assert.isFalse(mayHaveMany(meant("hora_atual")))
  })

  it("tell the only name: a file that is called like a pattern may be the one result", () => {
    assert.strictEqual(onlyName(meant("ARQUIVO", "a[1].txt")), ByteString.fromText("a[1].txt"))
    assert.isUndefined(onlyName(meant("ARQUIVO", "a", "b")))
    assert.isUndefined(onlyName(meant("LISTAR")))
  })

  it("ask for a page of a listing as they stand, and for all of one page by page", () => {
    assert.strictEqual(meant("LISTAR", "*.txt")._tag, "Names")
    assert.strictEqual(meant("LISTAR", "LIMITE", "5")._tag, "Other")
    assert.strictEqual(meant("LISTAR", "APOS", "a")._tag, "Other")
  })

  it("end the connection only where the server would", () => {
    assert.isTrue(closesConnection(meant("SAIR")))
    assert.isTrue(closesConnection(meant("quit", "now")))
    assert.isFalse(closesConnection(meant("SAIR", "agora")))
    assert.isFalse(closesConnection(meant("ARQUIVO", "SAIR")))
  })

  it("that nobody knows are the server's to judge", () => {
    for (const unknown of [[], ["APAGAR", "a"], ["ARQUIVO"], ["GET"]]) {
      assert.deepStrictEqual(meant(...unknown), {
        _tag: "Other",
        args: words(...unknown),
        closesConnection: false
      })
    }
  })

  it("mean less to an original server, which knows neither pages nor parts", () => {
    assert.deepStrictEqual(parse(words("ARQUIVO", "a*"), true), {
      _tag: "OriginalFile",
      args: words("ARQUIVO", "a*"),
      name: ByteString.fromText("a*")
    })
    assert.strictEqual(parse(words("LISTAR"), true)._tag, "Other")
  })
})
