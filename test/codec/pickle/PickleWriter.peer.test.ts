import { assert, describe, it } from "@effect/vitest"
import { Effect, type Schema } from "effect"
import type { Value } from "../../../src/codec/pickle/PickleMachine.ts"
import * as Writer from "../../../src/codec/pickle/PickleWriter.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { latin1 } from "../../support/values/Bytes.ts"
import { list, none, text, tuple, write } from "../../support/values/Pickles.ts"
import { isInstalled, run } from "../../support/programs/Programs.ts"

const hasPython = isInstalled("python3")

/** Loads each line, and prints what it is as JSON; a tuple is a dictionary, bytes a list of their values. */
const loader = `
import json, pickle, sys
def plain(value):
    if isinstance(value, tuple): return {"tuple": [plain(item) for item in value]}
    if isinstance(value, list): return [plain(item) for item in value]
    if isinstance(value, bytes): return {"bytes": len(value)}
    return value
for line in sys.stdin:
    print(json.dumps(plain(pickle.loads(bytes.fromhex(line)))))
`

const plain = (value: Value): Schema.Json => {
  switch (value._tag) {
    case "Text":
      return ByteString.toText(value.utf8) ?? ""
    case "None":
      return null
    case "Bytes":
      return { bytes: value.size }
    case "List":
      return value.items.map(plain)
    case "Tuple":
      return { tuple: value.items.map(plain) }
  }
}

describe("Python, where it is installed", () => {
  it.effect.skipIf(!hasPython)("loads what is written", () =>
    Effect.gen(function* () {
      const sizes = [0, 1, 255, 256, 65_535, 65_536, 300_000]
      const values: ReadonlyArray<Value> = [
        none,
        ...["", "a", "é", "日本語\n\0", "😀", "x".repeat(70_000)].map(text),
        list(),
        list(text("a")),
        list(...Array.from({ length: 3000 }, (_, index) => text(`${index}.txt`))),
        ...sizes.map((size) => tuple(text("imagem.png"), { _tag: "Bytes", size } as const)),
        list(tuple(text("a"), list(none, text("b"))), list(list()))
      ]
      const lines = values.map((value) =>
        Buffer.from(latin1(Writer.whole(write(value)))).toString("hex")
      )
      const { code, stderr, stdout } = yield* run(
        "python3",
        ["-c", loader],
        `${lines.join("\n")}\n`
      )
      assert.deepStrictEqual([code, stderr], [0, ""])
      const loaded = stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line))
      assert.deepStrictEqual(loaded, values.map(plain))
    })
  )
})
