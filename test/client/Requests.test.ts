import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import * as NodeHashing from "../../src/client/node/Hashing.ts"
import * as NodePartFiles from "../../src/client/node/PartFiles.ts"
import * as NodeSmallFiles from "../../src/client/node/SmallFiles.ts"
import {
  answer,
  closesConnection,
  mayHaveMany,
  onlyName,
  parse
} from "../../src/client/Requests.ts"
import type { Connector } from "../../src/client/Connector.ts"
import type { Token } from "../../src/codec/resp/RespTokens.ts"
import { Connection, ErrorReply } from "../../src/client/Connection.ts"
import { ConnectionLost, ReadTimeout } from "../../src/client/SocketIO.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"

const words = (...texts: ReadonlyArray<string>): ReadonlyArray<ByteString.ByteString> =>
  texts.map(ByteString.fromText)

const platform = Layer.mergeAll(NodeHashing.layer, NodePartFiles.layer, NodeSmallFiles.layer).pipe(
  Layer.provideMerge(NodeServices.layer)
)

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

  it("may have several results where there are several names, a pattern, a folder, or a listing", () => {
    assert.isTrue(mayHaveMany(meant("ARQUIVO", "a", "b")))
    assert.isTrue(mayHaveMany(meant("ARQUIVO", "*.txt")))
    assert.isTrue(mayHaveMany(meant("LISTAR", "*.txt")))
    assert.isTrue(mayHaveMany(meant("ARQUIVO", "folder")))
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

describe("a long listing", () => {
  const listed: Reply.Reply = Reply.Reply.List({
    items: ["a", "b"].map((name) => Reply.Reply.Bulk({ value: ByteString.fromText(name) }))
  })

  /** A server that tells no details in a list, and lists two files; what is known of the second is this. */
  const listing = (second: Connection["Service"]["receive"]) => {
    const connector: Connector = {
      connect: Effect.void,
      disconnect: Effect.void,
      askAll: () => Effect.never,
      ask: (args, receive) =>
        Effect.provideService(receive, Connection, {
          send: () => Effect.void,
          receive:
            args()[1] === "b" ? second : Effect.succeed(args()[1] === "a" ? details : listed),
          // What only a list with details is read by.
          receiveTokens: (consume) =>
            Effect.sync(() => {
              consume({ _tag: "Leaf", reply: unknown })
            }),
          receiveFile: Effect.never,
          receiveContent: Effect.never,
          isRefused: () => false
        })
    }
    const request = meant("LISTAR")
    return answer(
      request,
      {
        destination: undefined,
        long: true,
        verify: true,
        overwrite: true,
        hidden: false,
        clean: false,
        range: undefined,
        onProgress: () => undefined
      },
      { bytes: connector, digests: connector }
    ).pipe(Stream.runCollect)
  }

  const unknown: Extract<Token, { readonly _tag: "Leaf" }>["reply"] = Reply.Reply.Error({
    code: "ERR",
    message: "Opção inválida 'COM'."
  })

  const details: Reply.Reply = Reply.Reply.Dictionary({
    entries: [
      [ByteString.fromText("tamanho"), Reply.Reply.Integer({ value: 5 })],
      [
        ByteString.fromText("modificado"),
        Reply.Reply.Bulk({ value: ByteString.fromText("2026-01-02T03:04:05.678Z") })
      ],
      [ByteString.fromText("versao"), Reply.Reply.Bulk({ value: ByteString.fromText("v") })]
    ]
  })

  it.effect("has no details of a file that was removed meanwhile", () =>
    Effect.gen(function* () {
      const gone = Reply.Reply.Error({ code: "NOTFOUND", message: "" })
      const results = yield* listing(Effect.succeed(gone))
      assert.deepStrictEqual(
        results.map((result) => result._tag === "Name" && result.details?.size),
        [5, undefined]
      )
    }).pipe(Effect.provide(platform))
  )

  it.effect.each([
    { error: new ConnectionLost({ cause: undefined }) },
    { error: new ReadTimeout({ seconds: 15 }) },
    { error: new ErrorReply({ code: "UNAVAILABLE", message: "" }) },
    { error: new ErrorReply({ code: "ERR", message: "" }) }
  ])("ends with whatever else goes wrong: $error._tag $error.code", ({ error }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.flip(listing(Effect.fail(error))), error)
    }).pipe(Effect.provide(platform))
  )
})
