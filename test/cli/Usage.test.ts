import { assert, describe, it, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { clientFlags } from "../../src/cli/client/ClientFlags.ts"
import type { Descriptor } from "../../src/cli/flags/Descriptor.ts"
import * as Kind from "../../src/cli/flags/Kind.ts"
import { choose } from "../../src/cli/Language.ts"
import { serveFlags } from "../../src/cli/serve/ServeFlags.ts"
import packageJson from "../../package.json" with { type: "json" }
import { App, type Ended, root, start } from "../support/programs/App.ts"
import * as Terminal from "../support/programs/Terminal.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"

const english = { LC_ALL: "en_US.UTF-8" }

/** Runs the program in a folder of its own. */
const run = Effect.fnUntraced(function* (
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) {
  const { run } = yield* App
  return yield* run(words, { cwd: yield* temporaryFolder, env })
})

const isUsageError = ({ code, stderr, stdout }: Ended, ...lines: ReadonlyArray<string>) =>
  assert.deepStrictEqual(
    { code, stdout, stderr },
    { code: 2, stdout: "", stderr: lines.map((line) => `${line}\n`).join("") }
  )

layer(App.layer, { timeout: "1 minute" })("a command line", (it) => {
  const see = "Veja: app client --help"
  const cases: ReadonlyArray<{
    readonly words: ReadonlyArray<string>
    readonly lines: ReadonlyArray<string>
  }> = [
    {
      words: ["client", "--port", "abc", "--cmd", "HORA"],
      lines: ['Valor inválido para --port: "abc". Esperado: um número inteiro de 0 a 65535.', see]
    },
    {
      words: ["client", "--port", "70000", "--cmd", "HORA"],
      lines: ['Valor inválido para --port: "70000". Esperado: um número inteiro de 0 a 65535.', see]
    },
    {
      words: ["serve", "--port", "-1"],
      lines: [
        'Valor inválido para --port: "-1". Esperado: um número inteiro de 0 a 65535.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "--dir", "fotos", "--store", "s3://fotos"],
      lines: ["--dir e --store não podem ser dados juntos."]
    },
    {
      words: ["serve", "--store", "fotos"],
      lines: [
        'Valor inválido para --store: "fotos". Esperado: s3://bucket ou s3://bucket/prefixo.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "--s3-endpoint", "localhost:9000"],
      lines: [
        'Valor inválido para --s3-endpoint: "localhost:9000". Esperado: uma URL como https://s3.exemplo.org.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "--store", "s3://fotos", "--watch-interval", "999ms"],
      lines: [
        'Valor inválido para --watch-interval: "999ms". Esperado: uma duração de 1s ou mais, como 30s ou 5m.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "fotos", "--watch-interval", "1s", "--workers", "2"],
      lines: ["--watch-interval pede também --store."]
    },
    {
      words: ["serve", "--cache", "muito"],
      lines: [
        'Valor inválido para --cache: "muito". Esperado: um tamanho como 64MiB ou 1GB, ou 0.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["client", "--timeout", "soon", "--cmd", "HORA"],
      lines: [
        'Valor inválido para --timeout: "soon". Esperado: uma duração maior que zero, como 500ms, 5s ou 1m.',
        see
      ]
    },
    {
      words: ["serve", "--idle-timeout", "-1s"],
      lines: [
        'Valor inválido para --idle-timeout: "-1s". Esperado: uma duração como 500ms, 5s, 1m ou 2h.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "--dir"],
      lines: ["A opção --dir pede um valor: <pasta>.", "Veja: app serve --help"]
    },
    {
      words: ["serve", "--hidden=talvez"],
      lines: [
        'Valor inválido para --hidden: "talvez". Esperado: sim ou não.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["serve", "fotos", "videos"],
      lines: ["Argumento inesperado: videos.", "Veja: app serve --help"]
    },
    {
      words: ["serve", "fotos", "--dir", "fotos"],
      lines: ["A pasta já foi dada, fotos: sem --dir e sem --store, ou sem ela."]
    },
    {
      words: ["serve", "fotos", "--store", "s3://fotos"],
      lines: ["A pasta já foi dada, fotos: sem --dir e sem --store, ou sem ela."]
    },
    {
      words: ["serve", "--lang", "fr"],
      lines: ['Valor inválido para --lang: "fr". Esperado: pt ou en.', "Veja: app serve --help"]
    },
    {
      words: ["client", "--cmd", "HORA", "--cmd", "LISTAR"],
      lines: ["A opção --cmd só pode ser dada uma vez.", see]
    },
    {
      words: ["client", "--prot", "1", "--cmd", "HORA"],
      lines: ["Opção desconhecida: --prot. Seria --port?", see]
    },
    {
      words: ["client", "--\x1b[2J"],
      lines: [String.raw`Opção desconhecida: --\x1b[2J.`, see]
    },
    {
      words: ["client", "-o", "x", "--cmd", "HORA"],
      lines: ["Opção desconhecida: -o.", see]
    },
    ...["127.0.0.1:65432", "http://127.0.0.1:65432", "http://files.example.org/", "[::1"].map(
      (host) => ({
        words: ["client", "--host", host, "--cmd", "HORA"],
        lines: [
          `Valor inválido para --host: "${host}". Esperado: só um nome ou endereço; a porta vai em --port.`,
          see
        ]
      })
    ),
    {
      words: ["cleint"],
      lines: ["Comando desconhecido: cleint. Seria client?", "Veja: app --help"]
    }
  ]
  it.effect.each(cases.map((each) => ({ ...each, shown: JSON.stringify(each.words.join(" ")) })))(
    "that is wrong exits 2 and says what is, on standard error: $shown",
    ({ lines, words }) => Effect.map(run(words), (ended) => isUsageError(ended, ...lines))
  )

  it.effect("that is wrong is told in English where the locale says so", () =>
    Effect.map(run(["client", "--port", "abc"], english), (ended) =>
      isUsageError(
        ended,
        'Invalid value for --port: "abc". Expected a whole number from 0 to 65535.',
        "See: app client --help"
      )
    )
  )

  it.effect("is wrong as well where the environment makes it so", () =>
    Effect.gen(function* () {
      for (const [variable, value] of [
        ["APP_PORT", "abc"],
        ["APP_PORT", "70000"],
        ["APP_TIMEOUT", "soon"],
        ["APP_QUIET", "talvez"],
        ["APP_LANG", "fr"]
      ] as const) {
        const { code, stderr, stdout } = yield* run(["client", "--cmd", "HORA"], {
          [variable]: value
        })
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, `Valor inválido para ${variable}: "${value}". Esperado: `)
      }
    })
  )

  it.effect("asks for help in Portuguese, and in English where the locale says so", () =>
    Effect.gen(function* () {
      for (const words of [[], ["serve"], ["client"]]) {
        const portuguese = yield* run([...words, "--help"])
        assert.deepStrictEqual([portuguese.code, portuguese.stderr], [0, ""])
        for (const heading of ["DESCRIÇÃO", "USO", "OPÇÕES GERAIS"])
          assert.match(portuguese.stdout, new RegExp(`^${heading}$`, "m"))
        assert.notMatch(
          portuguese.stdout,
          /DESCRIPTION|USAGE|FLAGS|EXAMPLES|optional|default|choices|string/
        )
        const inEnglish = yield* run([...words, "--help"], english)
        assert.deepStrictEqual([inEnglish.code, inEnglish.stderr], [0, ""])
        for (const heading of ["DESCRIPTION", "USAGE", "GLOBAL FLAGS"])
          assert.match(inEnglish.stdout, new RegExp(`^${heading}$`, "m"))
        assert.notMatch(inEnglish.stdout, /USO|OPÇÕES|padrão|opcional|choices|string/)
        for (const { stdout } of [portuguese, inEnglish])
          for (const line of stdout.split("\n")) assert.isAtMost(line.length, 80, line)
      }
    })
  )

  for (const columns of [40, 60, 120, 200]) {
    it.effect(
      `gets help that is as wide as the terminal, of ${columns} columns`,
      () =>
        Effect.gen(function* () {
          const { file } = yield* App
          const cwd = yield* temporaryFolder
          const widths = yield* Effect.forEach(["serve", "client"], (command) =>
            Effect.gen(function* () {
              const words = [process.execPath, file, command, "--help"]
              const terminal = yield* Terminal.open(words, { cwd }, { columns, rows: 24 })
              const { code, shown } = yield* terminal.ended
              assert.strictEqual(code, 0)
              const lines = shown.replaceAll(/\x1b\[[\d;]*m/g, "").split("\r\n")
              // A flag with its kind, and a command that is an example, are never cut.
              const wrapped = lines.filter((line) => !/^ +(?:--\S+ <\S+>|app .*)$/.test(line))
              for (const line of wrapped) assert.isAtMost(line.length, columns, line)
              return Math.max(...wrapped.map(({ length }) => length))
            })
          )
          assert.isAbove(Math.max(...widths), columns * 0.9)
        }),
      { skip: !Terminal.hasTerminal }
    )
  }

  it.effect("gets help that has every flag, with its variable", () =>
    Effect.gen(function* () {
      for (const [command, flags] of [
        ["serve", serveFlags],
        ["client", clientFlags]
      ] as const) {
        const { stdout } = yield* run([command, "--help"])
        const told = stdout.replaceAll(/\s+/g, " ")
        for (const { alias, name, variable } of Object.values<Descriptor<unknown>>(flags)) {
          assert.include(told, ` ${alias === undefined ? "" : `-${alias}, `}--${name} `)
          if (variable !== undefined) assert.include(told, `[${variable}`)
        }
      }
    })
  )

  it.effect("gets help that names each option, its variable and its default", () =>
    Effect.gen(function* () {
      const help = yield* run(["client", "--help"])
      const stdout = help.stdout.replaceAll(/\s+/g, " ")
      for (const part of [
        "CONEXÃO -H, --host <endereço>",
        "[APP_HOST, padrão 127.0.0.1]",
        "-p, --port <porta>",
        "[APP_PORT, padrão 65432]",
        "--cmd",
        "--output",
        "[APP_OUTPUT]",
        "--json",
        "[APP_JSON]",
        "--timeout",
        "--timeout <duração>",
        "[APP_TIMEOUT, padrão 10s e 15s]",
        "hora_atual A hora do servidor",
        "enviar_arquivo <nome> Recebe um arquivo"
      ])
        assert.include(stdout, part)
    })
  )

  it.effect("chooses the language by --lang, or by APP_LANG, whatever the locale says", () =>
    Effect.gen(function* () {
      const inEnglish = /^USAGE$/m
      const inPortuguese = /^USO$/m
      assert.match((yield* run(["--lang", "en", "--help"])).stdout, inEnglish)
      assert.match((yield* run(["serve", "--help", "--lang=en"])).stdout, inEnglish)
      assert.match((yield* run(["--help"], { APP_LANG: "en" })).stdout, inEnglish)
      assert.match((yield* run(["--help"], { ...english, APP_LANG: "pt" })).stdout, inPortuguese)
      const asked = yield* run(["client", "--lang", "pt", "--help"], { APP_LANG: "en" })
      assert.match(asked.stdout, inPortuguese)
    })
  )

  it.effect("asks for the version, of the bundle and of the source alike", () =>
    Effect.gen(function* () {
      const version = `app v${packageJson.version}\n`
      assert.strictEqual((yield* run(["--version"])).stdout, version)
      const cwd = yield* temporaryFolder
      const main = join(root, "src", "main.ts")
      const source = yield* start(process.execPath, [main, "--version"], { cwd })
      assert.strictEqual((yield* source.ended).stdout, version)
    })
  )

  it.effect("asks for completions, which the shell takes", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { run } = yield* App
      for (const shell of ["bash", "zsh", "fish"]) {
        const { code, stderr, stdout } = yield* run(["--completions", shell], { cwd })
        assert.deepStrictEqual([code, stderr], [0, ""])
        for (const word of ["client", "serve", "port"]) assert.include(stdout, word)
        assert.notInclude(stdout, "no-no-")
        writeFileSync(join(cwd, shell), stdout)
      }
      const bash = yield* start("bash", ["-n", "bash"], { cwd })
      const { code, stderr } = yield* bash.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )
})

describe("a language", () => {
  const cases: ReadonlyArray<
    readonly [language: string, environment: Readonly<Record<string, string>>]
  > = [
    ["pt", {}],
    ["pt", { LANG: "C" }],
    ["pt", { LANG: "pt_BR.UTF-8" }],
    ["pt", { LANG: "C.UTF-8" }],
    ["pt", { LANG: "POSIX" }],
    ["pt", { LANG: "pt-PT" }],
    ["en", { LANG: "fr_FR.UTF-8" }],
    ["en", { LANG: "ptx" }],
    ["en", { LANG: "Corsican" }],
    ["en", { LANGUAGE: "de:pt_BR", LANG: "pt_BR" }],
    ["pt", { LANGUAGE: "pt_BR:en", LANG: "en_US" }],
    ["pt", { LC_ALL: "C", LANG: "en_US" }],
    ["en", { LANG: "en" }],
    ["en", { LANG: "en_US.UTF-8" }],
    ["en", { LANG: "EN-gb" }],
    ["en", { LANG: "en@euro" }],
    ["en", { LANG: "en.UTF-8" }],
    ["en", { LC_MESSAGES: "en_US", LANG: "pt_BR" }],
    ["pt", { LC_ALL: "pt_BR", LC_MESSAGES: "en_US", LANG: "en_US" }],
    ["en", { LC_ALL: "", LC_MESSAGES: "", LANG: "en_US" }]
  ]
  for (const [language, environment] of cases) {
    it(`is ${language} where the environment says ${JSON.stringify(environment)}`, () =>
      assert.strictEqual(choose([], environment), language))
  }
})

describe("a timeout", () => {
  it("is more than zero", () => {
    assert.deepStrictEqual(["0", "0s", "0ms"].map(Kind.timeout.parse), [
      undefined,
      undefined,
      undefined
    ])
    assert.deepStrictEqual(Kind.timeout.parse("1ms"), Duration.millis(1))
  })
})

describe("a host", () => {
  it("has no port, and an IPv6 address may be in brackets", () => {
    assert.deepStrictEqual(
      ["a.b", "::1", "[::1]", "1.2.3.4", "a.b:1", "1.2.3.4:65432", "[::1]:5", "", "[::1"].map(
        Kind.host.parse
      ),
      ["a.b", "::1", "::1", "1.2.3.4", undefined, undefined, undefined, undefined, undefined]
    )
  })
})

describe("a size", () => {
  it("may have one letter for its unit, as curl and pv have it", () => {
    assert.deepStrictEqual(
      ["10M", "10MiB", "1k", "1.5G", "10 M", "512", "0", "10X", "M", "-1M"].map(Kind.size.parse),
      // prettier-ignore
      [10_485_760, 10_485_760, 1024, 1_610_612_736, 10_485_760, 512, 0, undefined, undefined, undefined]
    )
  })
})

describe("what is on or off", () => {
  it("is said in either language", () => {
    const words = ["sim", "não", "NAO", "yes", "no", "true", "0", "1", "On", "talvez", ""]
    assert.deepStrictEqual(words.map(Kind.onOff.parse), [
      true,
      false,
      false,
      true,
      false,
      true,
      false,
      true,
      true,
      undefined,
      undefined
    ])
  })
})

describe("a duration", () => {
  it("is read as people write it", () => {
    const read = (text: string) => {
      const duration = Kind.duration.parse(text)
      return duration === undefined ? undefined : Duration.toMillis(duration)
    }
    assert.deepStrictEqual(
      ["500ms", "5s", "5", "1.5m", "2h", "0", "", "s", "-1s", "1e3", "5 s", "1d", "1.s"].map(read),
      // prettier-ignore
      [500, 5_000, 5_000, 90_000, 7_200_000, 0, undefined, undefined, undefined, undefined, undefined, undefined, undefined]
    )
  })
})
