import { assert, describe, it, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Kind from "../../src/cli/flags/Kind.ts"
import { fromEnvironment } from "../../src/cli/Language.ts"
import packageJson from "../../package.json" with { type: "json" }
import { App, type Ended, root, start } from "../support/programs/App.ts"
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
      words: ["serve", "--cache", "muito"],
      lines: [
        'Valor inválido para --cache: "muito". Esperado: um tamanho como 64MiB ou 1GB, ou 0.',
        "Veja: app serve --help"
      ]
    },
    {
      words: ["client", "--timeout", "soon", "--cmd", "HORA"],
      lines: [
        'Valor inválido para --timeout: "soon". Esperado: uma duração como 500ms, 5s, 1m ou 2h.',
        see
      ]
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
      for (const env of [{ APP_PORT: "abc" }, { APP_PORT: "70000" }, { APP_TIMEOUT: "soon" }]) {
        const { code, stderr, stdout } = yield* run(["client", "--cmd", "HORA"], env)
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, Object.values(env).join(""))
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
        assert.notMatch(portuguese.stdout, /DESCRIPTION|USAGE|FLAGS|EXAMPLES|optional|default/)
        const inEnglish = yield* run([...words, "--help"], english)
        assert.deepStrictEqual([inEnglish.code, inEnglish.stderr], [0, ""])
        for (const heading of ["DESCRIPTION", "USAGE", "GLOBAL FLAGS"])
          assert.match(inEnglish.stdout, new RegExp(`^${heading}$`, "m"))
        assert.notMatch(inEnglish.stdout, /USO|OPÇÕES|padrão|opcional/)
      }
    })
  )

  it.effect("gets help that names each option, its variable and its default", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["client", "--help"])
      for (const part of [
        "--host",
        "[APP_HOST, padrão 127.0.0.1]",
        "--port <0-65535>",
        "[APP_PORT, padrão 65432]",
        "--cmd",
        "--output",
        "[APP_OUTPUT]",
        "--json",
        "[APP_JSON]",
        "--timeout",
        "[APP_TIMEOUT, padrão 10s e 15s]"
      ])
        assert.include(stdout, part)
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
    ["pt", { LANG: "eno" }],
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
      assert.strictEqual(fromEnvironment(environment), language))
  }
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
