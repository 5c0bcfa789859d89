import { assert, describe, it } from "@effect/vitest"
import { clientFlags } from "../../../src/cli/client/ClientFlags.ts"
import { normalize } from "../../../src/cli/usage/CommandLine.ts"
import { serveFlags } from "../../../src/cli/serve/ServeFlags.ts"

const normalized = (line: string): string =>
  normalize(line.split(" "), { client: clientFlags, serve: serveFlags }).join(" ")

describe("a command line", () => {
  it.each([
    ["client --cmd ARQUIVO -x.txt", "client --cmd ARQUIVO -- -x.txt"],
    ["client --cmd ARQUIVO --x -y --json", "client --cmd ARQUIVO --json -- --x -y"],
    ["client --cmd ARQUIVO a --output x b", "client --cmd ARQUIVO --output x -- a b"],
    ["client --cmd=ARQUIVO -x", "client --cmd=ARQUIVO -- -x"],
    ["client --cmd ARQUIVO -- --json -h", "client --cmd ARQUIVO -- --json -h"],
    ["client --cmd ARQUIVO a -- --json", "client --cmd ARQUIVO -- a --json"],
    ["client -- a", "client -- a"],
    ["client --cmd ARQUIVO -", "client --cmd ARQUIVO -- -"]
  ])("has as arguments what follows --cmd NAME and is no option: %s", (line, expected) => {
    assert.strictEqual(normalized(line), expected)
  })

  it.each([
    ["client --cmd ARQUIVO a -p 5 b", "client --cmd ARQUIVO -p 5 -- a b"],
    ["client --cmd ARQUIVO --lang en a", "client --cmd ARQUIVO --lang en -- a"],
    ["client --cmd ARQUIVO a --help", "client --cmd ARQUIVO --help -- a"],
    ["client --cmd ARQUIVO -h", "client --cmd ARQUIVO -h"],
    ["client --cmd ARQUIVO --no-json", "client --cmd ARQUIVO --no-json"]
  ])("keeps the options of every command and negations: %s", (line, expected) => {
    assert.strictEqual(normalized(line), expected)
  })

  it.each([
    ["serve --idle-timeout -1s", "serve --idle-timeout=-1s"],
    ["client --output - --cmd X", "client --output=- --cmd X"],
    ["client --cmd -x", "client --cmd=-x"],
    ["serve -p -1", "serve -p=-1"],
    ["client --lang -x", "client --lang=-x"]
  ])("has a value that begins with a dash joined to its option: %s", (line, expected) => {
    assert.strictEqual(normalized(line), expected)
  })

  it.each([
    "client --host --port 5",
    "client --unknown",
    "client --jsn --cmd HORA",
    "serve folder --port 5 -x",
    "serve -p 5 folder",
    "serve --dir",
    "--help",
    "nothing --cmd a -b",
    ""
  ])("is left as it is otherwise: %s", (line) => {
    assert.strictEqual(normalized(line), line)
  })
})
