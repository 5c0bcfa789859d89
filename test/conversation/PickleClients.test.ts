/** The original project's programs, as real Python, against this server; and what hostile pickles come to. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Address } from "../../src/domain/Address.ts"
import { bulk, onWire } from "../support/values/Bytes.ts"
import { goldens } from "../support/values/Pickles.ts"
import { isInstalled, run } from "../support/programs/Programs.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const hasPython = isInstalled("python3")

const image = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) % 251)
/** What is left of 1,024 bytes beside a name of eight. */
const longest = "x".repeat(1002)

class Served extends Context.Service<Served, Address>()("test/Served") {
  static readonly layer = Layer.effect(
    Served,
    Effect.flatMap(
      folderWith({
        "file1.txt": "Bem-vindo!\r\n",
        "Relatório de março.txt": "ç",
        "imagem.png": image,
        "fits.txt": longest,
        "long.txt": `${longest}x`,
        vazio: ""
      }),
      (folder) => serveFolder(folder)
    )
  )
}

const original = fileURLToPath(new URL("../fixtures/original_client.py", import.meta.url))

/** What the original client prints when it asks this, each request a verb and an argument, `-` for None. */
const ask = Effect.fnUntraced(function* (protocol: number, ...words: ReadonlyArray<string>) {
  const { port } = yield* Served
  const { stderr, stdout } = yield* run("python3", [
    original,
    String(port),
    String(protocol),
    ...words
  ])
  const replies = stdout
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
  return { replies, stderr }
})

/** Python's own words for it, on the standard output of a program. */
const python = (program: string, ...words: ReadonlyArray<string>) =>
  Effect.map(run("python3", ["-c", program, ...words]), ({ code, stderr, stdout }) => {
    assert.deepStrictEqual([code, stderr], [0, ""])
    return stdout
  })

const names = ["Relatório de março.txt", "file1.txt", "fits.txt", "imagem.png", "long.txt", "vazio"]
const goodbye = ["Adeus!", "END"]

layer(Served.layer, { excludeTestServices: true })("an original client", (it) => {
  for (const protocol of [0, 1, 2, 3, 4, 5]) {
    it.effect.skipIf(!hasPython)(`that pickles in protocol ${protocol} is served as ever`, () =>
      Effect.gen(function* () {
        const requests = [
          ["CONSULTA", "-"],
          ["LISTAR", "-"],
          ["ARQUIVO", "file1.txt"],
          ["ARQUIVO", "Relatório de março.txt"],
          ["ARQUIVO", "vazio"],
          ["ARQUIVO", "nada.txt"],
          ["ARQUIVO", "../package.json"],
          ["ARQUIVO", "-"],
          ["PING", "-"],
          ["HORA", "-"]
        ]
        const { replies, stderr } = yield* ask(protocol, ...requests.flat())
        assert.strictEqual(stderr, "")
        assert.match(String(replies[9]), /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/)
        assert.deepStrictEqual(replies.toSpliced(9, 1), [
          "Servidor online 24 horas",
          names,
          { name: "file1.txt", bytes: "Bem-vindo!\r\n" },
          { name: "Relatório de março.txt", bytes: onWire("ç") },
          { name: "vazio", bytes: "" },
          "Arquivo não encontrado!",
          "Arquivo não encontrado!",
          "Arquivo não encontrado!",
          "Comando desconhecido.",
          ...goodbye
        ])
      })
    )

    it.effect.skipIf(!hasPython)(`that says SAIR in protocol ${protocol} is told Adeus!`, () =>
      Effect.gen(function* () {
        const { replies } = yield* ask(protocol, "SAIR", "-")
        assert.deepStrictEqual(replies, ["Adeus!", "END", "END"])
      })
    )
  }

  it.effect.skipIf(!hasPython)(
    "gets files up to its own limit, one recv of 1,024 bytes, in one piece",
    () =>
      Effect.gen(function* () {
        const { replies } = yield* ask(3, "ARQUIVO", "fits.txt")
        assert.deepStrictEqual(replies, [{ name: "fits.txt", bytes: longest }, ...goodbye])
      })
  )

  it.effect.skipIf(!hasPython)("fails at a longer file by itself, and the next one is served", () =>
    Effect.gen(function* () {
      const { replies, stderr } = yield* ask(3, "ARQUIVO", "long.txt")
      assert.deepStrictEqual(replies, [])
      assert.match(stderr, /pickle data was truncated|EOFError/)
      assert.deepStrictEqual((yield* ask(3, "PING", "-")).replies, [
        "Comando desconhecido.",
        ...goodbye
      ])
    })
  )

  it.effect.skipIf(!hasPython)("that reads on gets a file of any size, byte for byte", () =>
    Effect.gen(function* () {
      const { port } = yield* Served
      const digest = yield* python(
        `import hashlib, pickle, socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(pickle.dumps(["ARQUIVO", "imagem.png"]))
name, content = pickle.load(connection.makefile("rb"))
print(name, hashlib.sha256(content).hexdigest())`,
        String(port)
      )
      assert.strictEqual(digest, `imagem.png ${createHash("sha256").update(image).digest("hex")}\n`)
    })
  )

  it.effect("may send a request byte by byte, and several at once", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Served)
      const request = "(lp0\nVPING\np1\naNa."
      const reply = "\x80\x03X\x15\0\0\0Comando desconhecido.."
      for (const byte of request) yield* client.send(byte)
      assert.strictEqual(yield* client.take(reply.length), reply)
      assert.strictEqual(
        yield* client.ask(request.repeat(100), reply.repeat(100)),
        reply.repeat(100)
      )
      yield* client.end
      assert.strictEqual(yield* client.rest, "\x80\x03X\x06\0\0\0Adeus!.")
    })
  )
})

/** A list whose loading runs a command, in each protocol, as Python writes it; one a line, in hexadecimal. */
const exploits = `import os, pickle, sys
class Exploit:
    def __reduce__(self):
        return (os.system, ("touch " + sys.argv[1],))
for protocol in range(6):
    print(pickle.dumps(["HORA", Exploit()], protocol=protocol).hex())`

const hostile: ReadonlyArray<readonly [what: string, pickle: string]> = [
  ["a GLOBAL of os.system", "]cos\nsystem\n."],
  ["a STACK_GLOBAL", "\x80\x04\x8c\x02os\x8c\x06system\x93."],
  ["a REDUCE", "](NNtR."],
  ["an INST", "(Ntios\nsystem\n."],
  ["a BUILD", "]Nb."],
  ["a NEWOBJ", "]N\x81."],
  ["a persistent identifier", "]P1\n."],
  ["an extension", "]\x82\x01."],
  ["a text of 2^63 bytes", "\x80\x04\x8d\0\0\0\0\0\0\0\x80"],
  ["a byte string of 2^63 bytes", "\x80\x04\x8e\0\0\0\0\0\0\0\x80"],
  ["a text of 4 GiB", "\x80\x02X\xff\xff\xff\xff"],
  ["a memo of a million entries", `\x80\x04N${"\x94".repeat(1_000_000)}`],
  ["a memo of a million numbered entries", `\x80\x02N${"r\xff\xff\xff\xff".repeat(1_000_000)}`],
  ["a frame that never ends", `\x80\x04\x95${"\xff".repeat(8)}${"\x80\x04".repeat(100_000)}`],
  ["a line that never ends", `(V${"a".repeat(1_000_000)}`],
  ["a million lists inside one another", "]".repeat(1_000_000)],
  ["a million tuples inside one another", `(N${"\x85".repeat(1_000_000)}`],
  ["a million marks", "(".repeat(1_000_000)],
  ["a million values", `]${"N".repeat(1_000_000)}`],
  ["a list that holds itself", "]q\0h\0a."],
  ["lists that double a hundred times", `]q\0${"(h\0h\0lq\0".repeat(100)}.`],
  ["no pickle", "\x80GET / HTTP/1.1\r\n\r\n"]
]

/** Another client asks, and is answered. */
const servesTheNext = Effect.fnUntraced(function* (address: Address) {
  const next = yield* connect(address)
  const reply = "\x80\x03X\x18\0\0\0Servidor online 24 horas."
  assert.strictEqual(yield* next.ask("\x80\x02](X\x08\0\0\0CONSULTANe.", reply), reply)
})

layer(Served.layer, { excludeTestServices: true })("a hostile client", (it) => {
  for (const [what, pickle] of hostile) {
    it.effect(`that sends ${what} is hung up on without a word, and the next is served`, () =>
      Effect.gen(function* () {
        const address = yield* Served
        const client = yield* connect(address)
        yield* client.send(pickle)
        assert.strictEqual(yield* client.rest, "")
        yield* servesTheNext(address)
      })
    )
  }

  it.effect.skipIf(!hasPython)("runs nothing here, in any protocol, with what runs in Python", () =>
    Effect.gen(function* () {
      const address = yield* Served
      const folder = yield* temporaryFolder
      const proof = join(folder, "executed")
      const lines = (yield* python(exploits, proof)).trim().split("\n")
      assert.strictEqual(lines.length, 6)
      for (const line of lines) {
        const client = yield* connect(address)
        yield* client.send(Buffer.from(line, "hex"))
        assert.strictEqual(yield* client.rest, "")
      }
      assert.isFalse(existsSync(proof))
      yield* servesTheNext(address)
      // The exploit is a real one.
      yield* python("import pickle, sys; pickle.loads(bytes.fromhex(sys.argv[1]))", lines[0] ?? "")
      assert.isTrue(existsSync(proof))
    })
  )

  it.effect("that ends in the middle of a request, at any of its bytes, gets no answer", () =>
    Effect.gen(function* () {
      const address = yield* Served
      const request = goldens.find(({ name }) => name === "a request")
      const pickles = request?.pickles.filter(({ how }) => how === "0 C" || how === "4 C") ?? []
      assert.strictEqual(pickles.length, 2)
      for (const { bytes } of pickles) {
        for (let end = 1; end < bytes.length; end++) {
          const client = yield* connect(address)
          yield* client.send(bytes.subarray(0, end))
          yield* client.end
          assert.strictEqual(yield* client.rest, "", String(end))
        }
      }
      yield* servesTheNext(address)
    }).pipe(Effect.scoped)
  )

  it.effect("is answered up to where it breaks the protocol", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Served)
      yield* client.send("](VPING\nNe.]cos\nsystem\n.](VPING\nNe.")
      assert.strictEqual(yield* client.rest, "\x80\x03X\x15\0\0\0Comando desconhecido..")
    })
  )
})

/** An address of this machine that others reach it by. */
const outer = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address

const question = "](VPING\nNe."
const asPickle = "\x80\x03X\x15\0\0\0Comando desconhecido.."

/** What the server says to a pickle that RESP reads as two lines. */
const spokenAt = Effect.fnUntraced(function* (
  host: string,
  { through = host, ...options }: { readonly through?: string; readonly pickle?: boolean } = {}
) {
  const address = yield* serveFolder(yield* temporaryFolder, { host, ...options })
  const client = yield* connect({ ...address, host: through })
  yield* client.send(`${question}\r\nECHO resp\r\n`)
  const heard = yield* client.take(asPickle.length)
  if (heard === asPickle) return "pickle"
  assert.include(heard + (yield* client.takeThrough(bulk("resp"))), "-ERR Comando desconhecido.")
  return "resp"
})

describe("pickle", () => {
  it.effect("is spoken at loopback addresses", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* spokenAt("127.0.0.1"), "pickle")
      assert.strictEqual(yield* spokenAt("127.9.8.7"), "pickle")
      assert.strictEqual(yield* spokenAt("::1"), "pickle")
      assert.strictEqual(yield* spokenAt("0.0.0.0", { through: "127.0.0.1" }), "pickle")
      assert.strictEqual(yield* spokenAt("::", { through: "127.0.0.1" }), "pickle")
    })
  )

  it.effect.skipIf(outer === undefined)(
    "is spoken at other addresses only where it is asked for",
    () =>
      Effect.gen(function* () {
        const through = outer ?? ""
        assert.strictEqual(yield* spokenAt("0.0.0.0", { through }), "resp")
        assert.strictEqual(yield* spokenAt("::", { through }), "resp")
        assert.strictEqual(yield* spokenAt(through), "resp")
        assert.strictEqual(yield* spokenAt(through, { pickle: true }), "pickle")
      })
  )

  it.effect("and RESP are told apart on the same port", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* temporaryFolder)
      const redis = yield* connect(address)
      const python = yield* connect(address)
      assert.strictEqual(yield* python.ask(question, asPickle), asPickle)
      assert.strictEqual(yield* redis.ask("PING\r\n", "+PONG\r\n"), "+PONG\r\n")
      assert.strictEqual(yield* python.ask(question, asPickle), asPickle)
    })
  )
})
