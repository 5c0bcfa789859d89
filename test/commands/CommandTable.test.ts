import { assert, describe, it } from "@effect/vitest"
import type { ArgumentDocs } from "../../src/commands/Argument.ts"
import { containerDocs, specs } from "../../src/commands/Command.ts"
import * as CommandTable from "../../src/commands/CommandTable.ts"
import { WrongArity } from "../../src/domain/Errors.ts"
import * as Parser from "../../src/commands/Parser.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"

const items = (reply: Reply | undefined): ReadonlyArray<Reply> => {
  if (reply?._tag !== "List") throw new Error(`no list: ${JSON.stringify(reply)}`)
  return reply.items
}

const fields = (reply: Reply | undefined): ReadonlyMap<string, Reply> => {
  if (reply?._tag !== "Dictionary") throw new Error(`no dictionary: ${JSON.stringify(reply)}`)
  return new Map(reply.entries)
}

const bulk = (reply: Reply | undefined): string => {
  if (reply?._tag !== "Bulk") throw new Error(`no bulk string: ${JSON.stringify(reply)}`)
  return ByteString.toTextLossy(reply.value)
}

const status = (reply: Reply | undefined): string => {
  if (reply?._tag !== "Status") throw new Error(`no status: ${JSON.stringify(reply)}`)
  return reply.text
}

const integer = (reply: Reply | undefined): number => {
  if (reply?._tag !== "Integer") throw new Error(`no integer: ${JSON.stringify(reply)}`)
  return reply.value
}

const words = (...texts: ReadonlyArray<string>) => texts.map(ByteString.fromText)

/** Name, arity, flags and the positions of the keys. */
const detailsOf = (name: string) => {
  const [first] = items(CommandTable.infoOf(words(name)))
  const parts = items(first)
  return {
    name: bulk(parts[0]),
    arity: integer(parts[1]),
    flags: items(parts[2]).map(status),
    keys: parts.slice(3, 6).map(integer),
    subcommands: items(parts[9])
  }
}

describe("COMMAND", () => {
  it("tells each name once, those of containers among them", () => {
    const names = items(CommandTable.all).map((command) => bulk(items(command)[0]))
    assert.strictEqual(new Set(names).size, names.length)
    assert.sameMembers(names, [
      ...new Set([...Parser.entries.map(({ name }) => name), ...Parser.containers])
    ])
    assert.strictEqual(integer(CommandTable.count), names.length)
  })

  it("gives ten parts to every command, as Redis 7 does", () => {
    const every = items(CommandTable.all)
    for (const command of [...every, ...every.flatMap((command) => items(items(command)[9]))]) {
      assert.strictEqual(items(command).length, 10)
    }
  })

  it("counts the name into the arity, and makes it negative where more words may follow", () => {
    assert.strictEqual(detailsOf("hora_atual").arity, 1)
    assert.strictEqual(detailsOf("get").arity, 2)
    assert.strictEqual(detailsOf("enviar_arquivo").arity, -2)
    assert.strictEqual(detailsOf("listar_arquivos").arity, -1)
    assert.strictEqual(detailsOf("mget").arity, -2)
    assert.strictEqual(detailsOf("client").arity, -2)
    assert.strictEqual(detailsOf("command").arity, -1)
    assert.strictEqual(detailsOf("client|setname").arity, 3)
    assert.strictEqual(detailsOf("client|id").arity, 2)
  })

  it("tells an arity that the grammar keeps to", () => {
    for (const name of items(CommandTable.names).map(bulk)) {
      const { arity, subcommands } = detailsOf(name)
      if (subcommands.length > 0) continue
      const written = name.split("|")
      const withWords = (count: number) =>
        Parser.parse(words(...written, ...new Array<string>(count - written.length).fill("1")))
      const least = Math.abs(arity)
      assert.notInstanceOf(withWords(least), WrongArity, name)
      if (least > written.length) assert.instanceOf(withWords(least - 1), WrongArity, name)
      if (arity > 0) assert.instanceOf(withWords(least + 1), WrongArity, name)
    }
  })

  it("tells where the names of files stand, for clients that look for keys", () => {
    assert.deepStrictEqual(detailsOf("get").keys, [1, 1, 1])
    assert.deepStrictEqual(detailsOf("mget").keys, [1, -1, 1])
    assert.deepStrictEqual(detailsOf("enviar_arquivo").keys, [1, 1, 1])
    assert.deepStrictEqual(detailsOf("keys").keys, [0, 0, 0])
    assert.deepStrictEqual(detailsOf("ping").keys, [0, 0, 0])
  })

  it("says what reads only, and what needs no password", () => {
    assert.deepStrictEqual(detailsOf("get").flags, ["readonly"])
    for (const name of ["auth", "hello", "quit", "reset"]) {
      assert.include(detailsOf(name).flags, "no_auth", name)
    }
    assert.notInclude(detailsOf("ping").flags, "no_auth")
  })

  it("INFO answers in the order asked, in any case, null for what is no command", () => {
    const [set, get, subcommand] = items(CommandTable.infoOf(words("set", "GET", "Client|SetName")))
    assert.strictEqual(set?._tag, "Null")
    assert.strictEqual(bulk(items(get)[0]), "get")
    assert.strictEqual(bulk(items(subcommand)[0]), "client|setname")
    assert.deepStrictEqual(CommandTable.infoOf([]), CommandTable.all)
  })
})

describe("COMMAND DOCS", () => {
  it("documents every command, and those it was asked for alone", () => {
    const all = fields(CommandTable.documentationOf([]))
    assert.strictEqual(all.size, integer(CommandTable.count))
    const some = fields(CommandTable.documentationOf(words("HORA", "nada", "client|id", "hora")))
    assert.deepStrictEqual([...some.keys()], ["hora", "client|id"])
  })

  it("has texts as bulk strings and flags as statuses, without which redis-cli aborts", () => {
    const checkArgument = (reply: Reply): void => {
      const argument = fields(reply)
      assert.isNotEmpty(bulk(argument.get("name")))
      assert.isNotEmpty(bulk(argument.get("type")))
      if (argument.has("token")) assert.isNotEmpty(bulk(argument.get("token")))
      if (argument.has("flags")) for (const flag of items(argument.get("flags"))) status(flag)
      if (argument.has("arguments")) items(argument.get("arguments")).forEach(checkArgument)
    }
    const check = (reply: Reply): void => {
      const docs = fields(reply)
      for (const key of ["summary", "since", "group"]) assert.isNotEmpty(bulk(docs.get(key)))
      if (docs.has("arguments")) items(docs.get("arguments")).forEach(checkArgument)
      if (docs.has("subcommands")) fields(docs.get("subcommands")).forEach(check)
    }
    fields(CommandTable.documentationOf([])).forEach(check)
  })

  it("has an entry for every container that is no command of its own", () => {
    const own = new Set(Parser.entries.map(({ name }) => name))
    assert.sameMembers(
      [...containerDocs.keys()],
      [...Parser.containers].filter((name) => !own.has(name))
    )
  })

  it("tells of no more and no fewer arguments than the grammar takes", () => {
    /** How few and how many words an argument may be. */
    const size = (argument: ArgumentDocs): readonly [least: number, most: number] => {
      const { arguments: parts = [], multiple, optional, token, type } = argument
      const sizes = parts.map(size)
      const sum = (end: 0 | 1) => sizes.reduce((sum, size) => sum + size[end], 0)
      const [least, most] =
        type === "pure-token"
          ? [0, 0]
          : type === "block"
            ? [sum(0), sum(1)]
            : type === "oneof"
              ? [
                  Math.min(...sizes.map(([least]) => least)),
                  Math.max(...sizes.map(([, most]) => most))
                ]
              : [1, 1]
      const tokens = token === undefined ? 0 : 1
      return [
        optional === true ? 0 : least + tokens,
        multiple === true ? Number.POSITIVE_INFINITY : most + tokens
      ]
    }
    for (const { arity, name, tag } of [
      ...Parser.entries,
      ...[...Parser.containers].flatMap(Parser.subcommands)
    ]) {
      const sizes = specs[tag].docs.arguments.map(size)
      assert.strictEqual(
        sizes.reduce((sum, [least]) => sum + least, 0),
        arity[0],
        name
      )
      // Where the grammar sets no end, it is because Redis answers too many words with an error of its own.
      if (Number.isFinite(arity[1])) {
        assert.strictEqual(
          sizes.reduce((sum, [, most]) => sum + most, 0),
          arity[1],
          name
        )
      }
    }
  })
})

describe("HELP", () => {
  it("shows each subcommand with its arguments, in lines", () => {
    const lines = items(CommandTable.helpOf("client")).map((line) =>
      ByteString.toText(ByteString.unsafe(status(line)))
    )
    assert.include(lines, "SETNAME nome")
    assert.include(lines, "    Dá um nome à conexão.")
    assert.include(lines, "REPLY ON|OFF|SKIP")
    assert.include(lines, "SETINFO LIB-NAME nome-da-biblioteca|LIB-VER versão-da-biblioteca")
    assert.strictEqual(lines.length, 1 + 2 * Parser.subcommands("client").length)
  })
})
