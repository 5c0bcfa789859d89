import { assert, describe, it } from "@effect/vitest"
import { type Command, tags } from "../../src/commands/Command.ts"
import { streamCommands } from "../../src/commands/changes/StreamCommands.ts"
import { subscriptionCommands } from "../../src/commands/changes/SubscriptionCommands.ts"
import { connectionCommands } from "../../src/commands/ConnectionCommands.ts"
import { fileCommands } from "../../src/commands/FileCommands.ts"
import { inspectionCommands } from "../../src/commands/InspectionCommands.ts"
import { transactionCommands } from "../../src/commands/TransactionCommands.ts"
import { serverCommands } from "../../src/commands/ServerCommands.ts"
import {
  BadArgument,
  UnknownSubcommand,
  type CommandError,
  ReadOnlyServer,
  UnknownCommand,
  UnsupportedProtocol,
  WrongArity
} from "../../src/domain/Errors.ts"
import { Sentence } from "../../src/domain/sentences/Sentence.ts"
import * as Parser from "../../src/commands/Parser.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import * as Arbitraries from "../support/values/Arbitraries.ts"

const parse = (...words: ReadonlyArray<string>) => Parser.parse(words.map(ByteString.fromText))
const word = ByteString.fromText

describe("a command", () => {
  it.prop(
    "that was written down is read as the same command",
    [Arbitraries.command],
    ([command]) => {
      assert.deepStrictEqual(Parser.parse(Parser.print(command)), command)
    },
    { arbitrary: { runs: 1000 } }
  )

  it("is found by its own name, whatever was asked before it", () => {
    const asked = ["COMMAND", "GET", "GET", "get", "COMMAND", "EXISTS", "GET"].map((name) =>
      name === "COMMAND" ? parse(name, "COUNT") : parse(name, "a.txt")
    )
    assert.deepStrictEqual(
      [parse("COMMAND"), ...asked, parse("GET")].map(({ _tag }) => _tag),
      [
        "CommandList",
        "CommandCount",
        "Get",
        "Get",
        "Get",
        "CommandCount",
        "Exists",
        "Get",
        "WrongArity"
      ]
    )
  })

  const everyName: ReadonlyArray<readonly [words: string, command: Command]> = [
    ["dados", { _tag: "Info" }],
    ["consulta", { _tag: "Info" }],
    ["hora_atual", { _tag: "Time" }],
    ["hora", { _tag: "Time" }],
    [
      "listar_arquivos",
      {
        _tag: "List",
        pattern: undefined,
        after: undefined,
        limit: undefined,
        fields: undefined,
        digest: undefined
      }
    ],
    [
      "listar",
      {
        _tag: "List",
        pattern: undefined,
        after: undefined,
        limit: undefined,
        fields: undefined,
        digest: undefined
      }
    ],
    [
      "enviar_arquivo a",
      {
        _tag: "SendFile",
        name: word("a"),
        start: 0,
        length: undefined,
        version: undefined,
        prefix: undefined
      }
    ],
    [
      "arquivo a",
      {
        _tag: "SendFile",
        name: word("a"),
        start: 0,
        length: undefined,
        version: undefined,
        prefix: undefined
      }
    ],
    ["detalhes_arquivo a", { _tag: "Describe", name: word("a") }],
    ["detalhes a", { _tag: "Describe", name: word("a") }],
    ["soma_arquivo a", { _tag: "Digest", name: word("a"), version: undefined, prefix: undefined }],
    ["soma a", { _tag: "Digest", name: word("a"), version: undefined, prefix: undefined }],
    ["finalizar_conexao", { _tag: "Close" }],
    ["sair", { _tag: "Close" }],
    ["get a", { _tag: "Get", name: word("a") }],
    ["getrange a 0 -1", { _tag: "GetRange", name: word("a"), first: 0, last: -1 }],
    ["substr a 0 -1", { _tag: "GetRange", name: word("a"), first: 0, last: -1 }],
    ["strlen a", { _tag: "StringLength", name: word("a") }],
    ["exists a b a", { _tag: "Exists", names: [word("a"), word("b"), word("a")] }],
    ["ping", { _tag: "Ping", message: undefined }],
    ["ping a", { _tag: "Ping", message: word("a") }],
    ["echo a", { _tag: "Echo", message: word("a") }],
    ["command", { _tag: "CommandList" }],
    ["quit", { _tag: "Quit" }],
    ["quit a b", { _tag: "Quit" }],
    ["reset", { _tag: "Reset" }],
    ["hello", { _tag: "Hello", version: undefined, credentials: undefined, clientName: undefined }],
    ["hello 3", { _tag: "Hello", version: 3, credentials: undefined, clientName: undefined }],
    [
      "hello 2 setname n auth u p",
      {
        _tag: "Hello",
        version: 2,
        credentials: { user: word("u"), password: word("p") },
        clientName: word("n")
      }
    ],
    ["auth p", { _tag: "Authenticate", credentials: { user: undefined, password: word("p") } }],
    ["auth u p", { _tag: "Authenticate", credentials: { user: word("u"), password: word("p") } }],
    ["select 0", { _tag: "Select", index: 0 }],
    ["select -1", { _tag: "Select", index: -1 }],
    ["client setname n", { _tag: "ClientSetName", name: word("n") }],
    ["client getname", { _tag: "ClientGetName" }],
    [
      "client setinfo lib-name x",
      { _tag: "ClientSetInfo", attribute: "lib-name", value: word("x") }
    ],
    ["client setinfo lib-ver x", { _tag: "ClientSetInfo", attribute: "lib-ver", value: word("x") }],
    ["client id", { _tag: "ClientId" }],
    ["client info", { _tag: "ClientInfo" }],
    ["client no-evict on", { _tag: "ClientNoEvict", mode: "on" }],
    ["client no-evict off", { _tag: "ClientNoEvict", mode: "off" }],
    ["client help", { _tag: "ClientHelp" }],
    ["command count", { _tag: "CommandCount" }],
    ["command list", { _tag: "CommandNames" }],
    ["command info", { _tag: "CommandInfo", names: [] }],
    ["command info a b", { _tag: "CommandInfo", names: [word("a"), word("b")] }],
    ["command docs", { _tag: "CommandDocs", names: [] }],
    ["command docs a", { _tag: "CommandDocs", names: [word("a")] }],
    ["command help", { _tag: "CommandHelp" }],
    ["config get a b", { _tag: "ConfigGet", patterns: [word("a"), word("b")] }],
    ["config help", { _tag: "ConfigHelp" }],
    ["info", { _tag: "ServerInfo", sections: [] }],
    ["info a b", { _tag: "ServerInfo", sections: [word("a"), word("b")] }],
    ["mget a b a", { _tag: "MultiGet", names: [word("a"), word("b"), word("a")] }],
    ["keys a", { _tag: "Keys", pattern: word("a") }],
    ["scan 0", { _tag: "Scan", cursor: 0, pattern: undefined, count: 10, type: undefined }],
    [
      "scan 9007199254740991 type t count 7 match p",
      {
        _tag: "Scan",
        cursor: Number.MAX_SAFE_INTEGER,
        pattern: word("p"),
        count: 7,
        type: word("t")
      }
    ],
    [
      "scan 0 MATCH p match q COUNT 1 count 2",
      { _tag: "Scan", cursor: 0, pattern: word("q"), count: 2, type: undefined }
    ],
    ["dbsize", { _tag: "FileCount" }],
    ["type a", { _tag: "Type", name: word("a") }],
    ["randomkey", { _tag: "RandomName" }],
    ["time", { _tag: "UnixTime" }],
    ["readonly", { _tag: "ReadOnly" }],
    ["readwrite", { _tag: "ReadWrite" }],
    ["client reply on", { _tag: "ClientReply", mode: "on" }],
    ["client reply off", { _tag: "ClientReply", mode: "off" }],
    ["client reply skip", { _tag: "ClientReply", mode: "skip" }]
  ]
  for (const [line, command] of everyName) {
    it(`is read by its name in any case: ${line}`, () => {
      const [name = "", ...rest] = line.split(" ")
      const swapped = name.replace(/./g, (letter, index) =>
        Number(index) % 2 === 0 ? letter.toUpperCase() : letter
      )
      for (const written of [name, name.toUpperCase(), swapped]) {
        assert.deepStrictEqual(parse(written, ...rest), command)
      }
    })
  }

  it("takes its options in any case and any order, each at most once", () => {
    const wanted = {
      _tag: "SendFile",
      name: word("a"),
      start: 7,
      length: 0,
      version: word("t"),
      prefix: undefined
    } as const
    assert.deepStrictEqual(
      parse("arquivo", "a", "INICIO", "7", "TAMANHO", "0", "VERSAO", "t"),
      wanted
    )
    assert.deepStrictEqual(
      parse("ARQUIVO", "a", "versao", "t", "Tamanho", "0", "inicio", "7"),
      wanted
    )
    assert.instanceOf(parse("arquivo", "a", "INICIO", "7", "INICIO", "8"), BadArgument)
  })

  it("takes a pattern where the number of its words is odd, even one that looks like an option", () => {
    const list = {
      _tag: "List",
      after: undefined,
      limit: undefined,
      fields: undefined,
      digest: undefined
    } as const
    assert.deepStrictEqual(parse("listar", "*.txt"), { ...list, pattern: word("*.txt") })
    assert.deepStrictEqual(parse("listar", "APOS"), { ...list, pattern: word("APOS") })
    assert.deepStrictEqual(parse("listar", "APOS", "x"), {
      ...list,
      pattern: undefined,
      after: word("x")
    })
    assert.deepStrictEqual(parse("listar", "LIMITE", "APOS", "x"), {
      ...list,
      pattern: word("LIMITE"),
      after: word("x")
    })
    assert.deepStrictEqual(parse("listar", "*", "LIMITE", "3", "APOS", "x"), {
      ...list,
      pattern: word("*"),
      after: word("x"),
      limit: 3
    })
  })

  it("takes the largest number that is exact, and none above", () => {
    assert.deepStrictEqual(parse("getrange", "a", "9007199254740991", "-9007199254740991"), {
      _tag: "GetRange",
      name: word("a"),
      first: Number.MAX_SAFE_INTEGER,
      last: Number.MIN_SAFE_INTEGER
    })
    for (const number of ["9007199254740992", "-9007199254740992", "99999999999999999999"]) {
      assert.instanceOf(parse("getrange", "a", number, "0"), BadArgument)
    }
  })
})

const bad = (text: string) => new BadArgument({ text: Sentence.make(text) })

describe("words that are no command", () => {
  const notAnInteger = bad("value is not an integer or out of range")
  const cases: ReadonlyArray<readonly [words: ReadonlyArray<string>, error: CommandError]> = [
    [["nada"], new UnknownCommand({ name: "nada" })],
    [[""], new UnknownCommand({ name: "" })],
    [["constructor"], new UnknownCommand({ name: "constructor" })],
    [["__proto__"], new UnknownCommand({ name: "__proto__" })],
    [["client setname", "x"], new UnknownCommand({ name: "client setname" })],
    [["hora", "x"], new WrongArity({ name: "hora" })],
    [["HORA", "x"], new WrongArity({ name: "hora" })],
    [["get"], new WrongArity({ name: "get" })],
    [["exists"], new WrongArity({ name: "exists" })],
    [["ping", "a", "b"], new WrongArity({ name: "ping" })],
    [["arquivo"], new WrongArity({ name: "arquivo" })],
    [["client"], new WrongArity({ name: "client" })],
    [["client", "setname"], new WrongArity({ name: "client|setname" })],
    [["CLIENT", "Id", "x"], new WrongArity({ name: "client|id" })],
    [["client", "nada"], new UnknownSubcommand({ container: "client", name: "nada" })],
    [["client", "setinfo", "lib-x", "y"], bad("Unrecognized option 'lib-x'")],
    [["client", "reply", "maybe"], bad("syntax error")],
    [["client", "no-evict", "maybe"], bad("syntax error")],
    [["client", "getredir"], new UnknownSubcommand({ container: "client", name: "getredir" })],
    [["command", "nada"], new UnknownSubcommand({ container: "command", name: "nada" })],
    [["config"], new WrongArity({ name: "config" })],
    [["config", "get"], new WrongArity({ name: "config|get" })],
    [["config", "rewrite"], new UnknownSubcommand({ container: "config", name: "rewrite" })],
    [["config", "set", "a"], new WrongArity({ name: "config|set" })],
    [["publish", "a"], new WrongArity({ name: "publish" })],
    [["publish", "a", "b"], new ReadOnlyServer({ name: "publish" })],
    [["SPUBLISH", "a"], new WrongArity({ name: "spublish" })],
    [["SPUBLISH", "a", "b"], new ReadOnlyServer({ name: "spublish" })],
    [["XADD", "arquivos", "*", "op", "criado"], new ReadOnlyServer({ name: "xadd" })],
    [["scan", "x"], bad("invalid cursor")],
    [["scan", "-1"], bad("invalid cursor")],
    [["scan", ""], bad("invalid cursor")],
    [["scan", "9007199254740992"], bad("invalid cursor")],
    [["scan", "0", "count", "0"], bad("syntax error")],
    [["scan", "0", "count", "x"], notAnInteger],
    [["scan", "0", "match"], bad("syntax error")],
    [["scan", "0", "nada", "1"], bad("syntax error")],
    [["set"], new ReadOnlyServer({ name: "set" })],
    [["SET", "a", "b"], new ReadOnlyServer({ name: "set" })],
    [["FlushAll"], new ReadOnlyServer({ name: "flushall" })],
    [["expire", "a", "1"], new ReadOnlyServer({ name: "expire" })],
    [["auth", "a", "b", "c"], bad("syntax error")],
    [["select", "01"], notAnInteger],
    [["select", "+1"], notAnInteger],
    [["select", "-0"], notAnInteger],
    [["select", " 1"], notAnInteger],
    [["select", "1.0"], notAnInteger],
    [["select", "0x1"], notAnInteger],
    [["select", "1e3"], notAnInteger],
    [["select", ""], notAnInteger],
    [["select", "١"], notAnInteger],
    [["getrange", "a", "x", "0"], notAnInteger],
    [["arquivo", "a", "INICIO", "-1"], bad("INICIO deve ser um número inteiro, zero ou maior.")],
    [["arquivo", "a", "TAMANHO", "x"], bad("TAMANHO deve ser um número inteiro, zero ou maior.")],
    [["listar", "LIMITE", "-1"], bad("LIMITE deve ser um número inteiro, zero ou maior.")],
    [["arquivo", "a", "INICIO"], bad("Opção inválida 'INICIO'.")],
    [["arquivo", "a", "nada", "1"], bad("Opção inválida 'nada'.")],
    [["soma", "a", "INICIO", "1"], bad("Opção inválida 'INICIO'.")],
    [["listar", "nada", "1"], bad("Opção inválida 'nada'.")],
    [["hello", "4"], new UnsupportedProtocol()],
    [["hello", "1"], new UnsupportedProtocol()],
    [["hello", "x"], bad("Protocol version is not an integer or out of range")],
    [["hello", "3", "nada"], bad("Syntax error in HELLO option 'nada'")],
    [["hello", "3", "setname"], bad("Syntax error in HELLO option 'setname'")]
  ]
  for (const [words, error] of cases) {
    it(`are told why: ${JSON.stringify(words)}`, () => {
      const told = parse(...words)
      const isAboutArguments = told instanceof BadArgument
      assert.deepStrictEqual(isAboutArguments ? new BadArgument({ text: told.text }) : told, error)
    })
  }

  it("say which command's arguments are wrong", () => {
    for (const [words, command] of [
      [["scan", "x"], "scan"],
      [["client", "reply", "maybe"], "client reply"]
    ] as const) {
      assert.deepInclude(parse(...words), { _tag: "BadArgument", command })
    }
  })

  it("are no command when there are none", () => {
    assert.deepStrictEqual(Parser.parse([]), new UnknownCommand({ name: "" }))
  })
})

describe("the list of commands", () => {
  it("has each command from one file, so that none takes another's place unseen", () => {
    const declared = [
      fileCommands,
      serverCommands,
      inspectionCommands,
      streamCommands,
      subscriptionCommands,
      connectionCommands,
      transactionCommands
    ].flatMap(Object.keys)
    assert.strictEqual(new Set(declared).size, declared.length)
    assert.sameMembers(declared, [...tags])
  })

  it("has every name once, and no subcommand", () => {
    const names = Parser.entries.map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
    assert.includeMembers(names, [
      "dados",
      "hora",
      "listar_arquivos",
      "enviar_arquivo",
      "get",
      "hello",
      "quit"
    ])
    assert.isFalse(names.some((name) => name.includes(" ")))
  })

  it("tells how many arguments each takes: one fewer or one more is refused", () => {
    for (const {
      arity: [least, most],
      name
    } of Parser.entries) {
      const withArguments = (count: number) => parse(name, ...new Array<string>(count).fill("1"))
      if (least > 0) assert.instanceOf(withArguments(least - 1), WrongArity, name)
      // What follows the name of a container is a subcommand, if anything.
      if (Number.isFinite(most) && !Parser.containers.has(name)) {
        assert.instanceOf(withArguments(most + 1), WrongArity, name)
      }
      assert.notInstanceOf(withArguments(least), WrongArity, name)
    }
  })
})
