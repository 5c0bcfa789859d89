/** The rules are those of Redis (sds.c, sdssplitargs). */
import { assert, describe, it } from "@effect/vitest"
import { splitLine } from "../../../src/codec/resp/InlineLine.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Arbitraries from "../../support/values/Arbitraries.ts"

describe("a line", () => {
  const lines: ReadonlyArray<readonly [line: string, words: ReadonlyArray<string>]> = [
    ["", []],
    ["   \t ", []],
    ["PING\r", ["PING"]],
    ["  a  b  ", ["a", "b"]],
    ["a\tb\vc\fd\re", ["a", "b", "c", "d", "e"]],
    ['"a b"', ["a b"]],
    ["\"\" ''", ["", ""]],
    ["'a b'", ["a b"]],
    ['a"b c"', ["ab c"]],
    ["a'b c'", ["ab c"]],
    ['"\\x41\\x7f\\xfF"', ["A\x7f\xff"]],
    ['"\\x4"', ["x4"]],
    ['"\\xg1"', ["xg1"]],
    ['"\\n\\r\\t\\b\\a"', ["\n\r\t\b\x07"]],
    ['"\\q\\"\\\\"', ['q"\\']],
    ['"it\'s"', ["it's"]],
    ["'say \"hi\"'", ['say "hi"']],
    ["'it\\'s'", ["it's"]],
    ["'\\n\\x41'", ["\\n\\x41"]],
    ["a\\nb", ["a\\nb"]],
    ['\\"a"', ["\\a"]],
    ["caf\xc3\xa9", ["caf\xc3\xa9"]],
    ["a\xa0b\x85c", ["a\xa0b\x85c"]]
  ]
  it.each(lines)("%j is split as Redis splits it", (line, words) => {
    assert.deepStrictEqual(splitLine(line), words.map(ByteString.unsafe))
  })

  const unbalanced = ['"', "'", '"a', "'a", '"a"b', "'a'b", '""""', "a 'b", '"a\\"', "'a\\'", '"\\']
  it.each(unbalanced)("%j is refused, as by Redis", (line) => {
    assert.isUndefined(splitLine(line))
  })

  it.prop("carries any bytes between double quotes", [Arbitraries.bytes], ([bytes]) => {
    const quoted = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")
    assert.deepStrictEqual(splitLine(`ECHO "${quoted}"`), [
      ByteString.unsafe("ECHO"),
      ByteString.fromBytes(bytes)
    ])
  })

  it.prop("never throws", [Arbitraries.bytes], ([bytes]) => {
    const words = splitLine(Buffer.from(bytes).toString("latin1"))
    assert.isTrue(words === undefined || Array.isArray(words))
  })
})
