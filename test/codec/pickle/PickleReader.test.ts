import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import type { Limits } from "../../../src/codec/pickle/PickleReader.ts"
import { byteByByte, cutAt, inPieces, latin1 } from "../../support/values/Bytes.ts"
import { goldens, list, none, read, text, tuple, wide } from "../../support/values/Pickles.ts"
import { assertSame } from "../../support/values/Same.ts"

const places = Arbitrary.array(
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 << 20 })))
)

const small = goldens.flatMap(({ contents, pickles, value }) =>
  pickles
    .filter(({ bytes }) => bytes.length <= 600)
    .map(({ bytes, how }) => ({ bytes, how, value, contents }))
)

/** One byte a piece; but the inside of a long pickle is seven bytes a piece, and of one long text, or one file, one piece. */
const oneAtATime = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  if (bytes.length < 4000) return byteByByte(bytes)
  const inside = bytes.subarray(1000, -1000)
  return [
    ...byteByByte(bytes.subarray(0, 1000)),
    ...(bytes.length < 40_000 ? inPieces(inside, 7) : [inside]),
    ...byteByByte(bytes.subarray(1000 + inside.length))
  ]
}

const whole = { malformed: false, inside: false }
const nothing = { values: [], contents: [] }

/** What is read of a pickle in latin1. */
const readText = (pickle: string, limits?: Limits) => read([latin1(pickle)], limits)

const isRefused = (pickle: string, limits?: Limits): boolean => {
  const { malformed, values } = readText(pickle, limits)
  return malformed && values.length === 0
}

describe("what CPython pickled", () => {
  for (const { contents, name, pickles, value } of goldens) {
    it(`is read as it was: ${name}`, () => {
      for (const { bytes, how } of pickles) {
        assertSame(read([bytes]), { ...whole, values: [value], contents }, how)
      }
    })
  }

  it("is there in every protocol", () => {
    const protocols = new Set(small.map(({ how }) => how.slice(0, 1)))
    assert.deepStrictEqual([...protocols].sort(), ["0", "1", "2", "3", "4", "5"])
  })

  it("is read when two halves meet at any of its bytes", () => {
    for (const { bytes, contents, how, value } of small) {
      for (let place = 0; place <= bytes.length; place++) {
        const found = read(cutAt(bytes, [place]))
        assertSame(found, { ...whole, values: [value], contents }, `${how}, ${place}`)
      }
    }
  })

  it("is read when its bytes come one at a time", () => {
    for (const { contents, pickles, value } of goldens) {
      for (const { bytes, how } of pickles) {
        assertSame(read(oneAtATime(bytes)), { ...whole, values: [value], contents }, how)
      }
    }
  })

  it.prop(
    "is read among others, in order, wherever the bytes are cut",
    [Arbitrary.array(Arbitrary.schema(Schema.Literals([...small.keys()]))), places],
    ([chosen, places]) => {
      const sent = chosen.flatMap((index) => small[index] ?? [])
      const bytes = Buffer.concat(sent.map(({ bytes }) => bytes))
      const values = sent.map(({ value }) => value)
      const contents = sent.flatMap(({ contents }) => contents)
      assertSame(read(cutAt(bytes, places)), { ...whole, values, contents })
    },
    { arbitrary: { runs: 300 } }
  )

  it("is waited for to its last byte: cut short anywhere, it is nothing yet", () => {
    for (const { bytes, how } of small) {
      for (let end = 1; end < bytes.length; end++) {
        const found = read([bytes.subarray(0, end)])
        assertSame(
          [found.values, found.malformed, found.inside],
          [[], false, true],
          `${how}, ${end}`
        )
      }
    }
  })
})

describe("an opcode", () => {
  const taken = "\x80\x95.NV\x8cX\x8dCB\x8e(]lae)t\x85\x86\x87\x94pqrghj"

  it("that is none of those for text, None, lists and tuples is refused at once", () => {
    for (let code = 0; code < 256; code++) {
      const opcode = String.fromCharCode(code)
      if (taken.includes(opcode)) continue
      // With what it could want on the stack, and without anything behind it.
      assert.isTrue(isRefused(`(]NN]${opcode}`), JSON.stringify(opcode))
    }
  })

  it("for bytes is refused where no bytes are wanted, before its length is known", () => {
    for (const opcode of "CB\x8e") assert.isTrue(isRefused(opcode, { ...wide, bytes: false }))
  })

  it("that takes what is not there is refused", () => {
    const hollow = [
      ".",
      "a",
      "]a",
      "Na",
      "NNa",
      "e",
      "(e",
      "N(Ne",
      "t",
      "l",
      "\x85",
      "N\x86",
      "NN\x87",
      "\x94",
      "q\0",
      "p0\n"
    ]
    for (const pickle of hollow) assert.isTrue(isRefused(pickle), JSON.stringify(pickle))
  })

  it("takes nothing from below the last mark", () => {
    for (const pickle of ["N(\x85", "NN(\x86", "](a", "]N(a", "]N(Na", "N(\x94", "N(q\0"]) {
      assert.isTrue(isRefused(pickle), JSON.stringify(pickle))
    }
  })

  it("that ends a pickle finds exactly one value and no mark", () => {
    for (const pickle of ["NN.", "(.", "N(.", "(N."]) assert.isTrue(isRefused(pickle), pickle)
  })

  it("is not carried out after one that was refused", () => {
    const found = read([latin1("N.c"), latin1("N."), latin1("(lp0\n.")])
    assert.deepStrictEqual(found, { values: [none], contents: [], malformed: true, inside: false })
  })

  it("may say any protocol up to 5, and no later one", () => {
    for (let protocol = 0; protocol <= 5; protocol++) {
      assert.deepStrictEqual(readText(`\x80${String.fromCharCode(protocol)}N.`).values, [none])
    }
    for (const protocol of "\x06\x7f\xff") assert.isTrue(isRefused(`\x80${protocol}N.`))
  })
})

describe("the memo", () => {
  it("brings back what was put there, under any number", () => {
    for (const [put, get] of [
      ["p7\n", "g7\n"],
      ["q\x07", "h\x07"],
      ["r\xff\xff\xff\xff", "j\xff\xff\xff\xff"],
      ["\x94", "h\0"]
    ]) {
      const found = readText(`](\x8c\x01a${put}${get}e.`)
      assert.deepStrictEqual(found, {
        ...whole,
        contents: [],
        values: [list(text("a"), text("a"))]
      })
    }
  })

  it("holds nothing of the pickle before", () => {
    const found = readText("\x8c\x01aq\0.h\0.")
    assert.deepStrictEqual([found.values, found.malformed], [[text("a")], true])
  })

  it("gives no list or tuple back: none could stand in two places, or hold itself", () => {
    for (const pickle of [
      "]q\0h\0a.",
      "(]q\0h\0t.",
      "](N\x85q\0h\0e.",
      ")q\0h\0\x86.",
      "]q\0(h\0e."
    ]) {
      assert.isTrue(isRefused(pickle), JSON.stringify(pickle))
    }
  })

  it("is asked for numbers that are numbers", () => {
    for (const line of ["", "-1", "0x0", "1e3", " 1", "1L", "99999999999"]) {
      assert.isTrue(isRefused(`Np${line}\n.`), line)
      assert.isTrue(isRefused(`Np1\n(g${line}\nt.`), line)
    }
  })
})

describe("text of protocol 0", () => {
  it("is unescaped as Python unescapes it", () => {
    const samples: ReadonlyArray<readonly [line: string, value: string]> = [
      ["", ""],
      ["plain", "plain"],
      ["\\u00e9\\u00C9\\U0001F600", "éÉ😀"],
      ["\xe9", "é"],
      ["\\\\u0041", "\\\\u0041"],
      ["\\n\\", "\\n\\"],
      ["\\ud800", "\ud800"]
    ]
    for (const [line, value] of samples) {
      assert.deepStrictEqual(readText(`V${line}\n.`).values, [text(value)], line)
    }
  })

  it("with an escape that means no character is refused", () => {
    for (const line of ["\\u", "\\u004", "\\u00g1", "\\U0041", "\\U00110000", "\\Uffffffff"]) {
      assert.isTrue(isRefused(`V${line}\n.`), line)
    }
  })
})

describe("a frame", () => {
  const frame = (size: number) => `\x95${String.fromCharCode(size)}${"\0".repeat(7)}`

  it("ends with an opcode, never inside one", () => {
    assert.deepStrictEqual(readText(`\x80\x04${frame(5)}\x8c\x02ab.`), {
      ...whole,
      contents: [],
      values: [text("ab")]
    })
    for (const size of [1, 2, 3]) {
      assert.isTrue(isRefused(`\x80\x04${frame(size)}\x8c\x02ab.`), String(size))
    }
    assert.isTrue(isRefused(`\x80\x04${frame(6)}\x8c\x02ab.`))
  })

  it("may be followed by another, and stands in none", () => {
    assert.deepStrictEqual(readText(`\x80\x04${frame(2)})\x85${frame(1)}.`).values, [
      tuple(tuple())
    ])
    assert.isTrue(isRefused(`\x80\x04${frame(20)}${frame(1)}`))
  })

  it("that never ends is refused when it begins", () => {
    assert.isTrue(isRefused(`\x80\x04\x95${"\xff".repeat(8)}`))
    assert.isTrue(isRefused(`\x80\x04\x95${"\0".repeat(7)}\x01`))
    assert.isTrue(isRefused(`\x80\x04\x95\x01\x04\0\0\0\0\0\0`, { ...wide, size: 1024 }))
  })
})

describe("a limit", () => {
  const limits: Limits = { size: 1024, values: 20, bytes: true }

  it("of size holds for lengths before a byte of what they announce has come", () => {
    for (const length of [
      "X\xff\xff\xff\xff",
      "\x8d\0\0\0\0\0\0\0\x80",
      `\x8d${"\xff".repeat(8)}`
    ]) {
      assert.isTrue(isRefused(length, limits), JSON.stringify(length))
    }
    assert.isTrue(isRefused(`\x8e\0\0\0\0\0\0\0\x80`, limits))
  })

  it("of size holds for lines that never end, however they come", () => {
    const line = latin1(`V${"a".repeat(2000)}`)
    assert.isTrue(read([line], limits).malformed)
    assert.isTrue(read(byteByByte(line), limits).malformed)
    assert.isFalse(read(byteByByte(line.subarray(0, 1000)), limits).malformed)
  })

  it("of size holds for what is many and small", () => {
    assert.isTrue(isRefused("\x80\x02".repeat(1000), limits))
    assert.isFalse(isRefused(`${"\x80\x02".repeat(500)}N.`, limits))
  })

  it("of size is one pickle's: many of them may follow one another", () => {
    assert.strictEqual(readText("\x80\x02N.".repeat(1000), limits).values.length, 1000)
  })

  it("of size leaves byte strings out", () => {
    const found = readText(`B\x88\x13\0\0${"b".repeat(5000)}.`, limits)
    assert.deepStrictEqual(found.values, [{ _tag: "Bytes", size: 5000 }])
    assert.deepStrictEqual(found.contents, ["b".repeat(5000)])
  })

  it("of values holds for the stack, the memo and what lists hold", () => {
    assert.isTrue(isRefused("N".repeat(21), limits))
    assert.isTrue(isRefused(`]${"Na".repeat(20)}.`, limits))
    assert.isFalse(isRefused(`]${"Na".repeat(19)}.`, limits))
    assert.isTrue(isRefused(`N${"\x94".repeat(21)}.`, limits))
    assert.isFalse(isRefused(`N${"\x94".repeat(20)}.`, limits))
    assert.isTrue(isRefused(`Nq\0${"h\0".repeat(20)}`, limits))
  })

  it("of depth holds however the depth is made", () => {
    assert.isTrue(isRefused("(".repeat(17)))
    assert.isTrue(isRefused(`${"]".repeat(17)}${"a".repeat(16)}.`))
    assert.isTrue(isRefused(`N${"\x85".repeat(17)}.`))
    assert.isFalse(isRefused(`N${"\x85".repeat(16)}.`))
    assert.isFalse(isRefused(`${"]".repeat(16)}${"a".repeat(15)}.`))
  })
})

describe("bytes", () => {
  it("come in parts as they arrive, and are not waited for", () => {
    const found = read([latin1("\x8c\x01aB\x0a\0\0\0bcd")])
    assert.deepStrictEqual(found, { ...nothing, contents: ["bcd"], malformed: false, inside: true })
  })
})
