/** Flags that would be ignored are refused, and no others. */
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import type { ClientFlags } from "../../../../src/cli/client/ClientFlags.ts"
import { misuse } from "../../../../src/cli/client/flags/Misuse.ts"
import { messages } from "../../../../src/cli/Messages.ts"
import { fromText } from "../../../../src/domain/ByteString.ts"

const none = Option.none()

/** As where no flag is given. */
const nothing: ClientFlags = {
  host: "127.0.0.1",
  port: 65432,
  protocol: "resp",
  passwordFile: none,
  tls: false,
  ca: none,
  cert: none,
  key: none,
  servername: none,
  insecure: false,
  timeout: none,
  minRate: 1024,
  retries: 5,
  cmd: none,
  start: none,
  length: none,
  long: false,
  since: none,
  json: false,
  output: none,
  noVerify: false,
  noOverwrite: false,
  hidden: false,
  clean: false,
  quiet: false,
  verbose: false,
  mirror: none,
  exclude: [],
  delete: false,
  maxDelete: none,
  dryRun: false,
  checksum: false,
  force: false,
  backup: none,
  follow: false,
  every: none
}

/** What is said of these flags beside `--cmd` with these words, or without it. */
const said = (
  flags: Partial<ClientFlags>,
  words?: string,
  environment: { readonly [variable: string]: string } = {},
  language: "pt" | "en" = "pt"
) => {
  const given = words === undefined ? flags : { ...flags, cmd: Option.some(words) }
  const args = words?.split(" ").map(fromText)
  const failure = misuse(
    { flags: { ...nothing, ...given, rest: [] }, args, environment },
    messages[language]
  )
  assert.strictEqual(failure?.code ?? 2, 2)
  return failure?.sentence
}

const send = "enviar_arquivo a"
const list = "listar_arquivos"
const follow = "acompanhar"
const mirror = { mirror: Option.some("m") }

/** Each flag, the words it is for (`undefined` for several requests), and what is said where it is given with others. */
const flags: ReadonlyArray<
  readonly [what: Partial<ClientFlags>, of: ReadonlyArray<string | undefined>, told: string]
> = [
  [
    { start: Option.some(1) },
    [send, undefined],
    "--start só vale com --cmd enviar_arquivo <nome>."
  ],
  [
    { length: Option.some(0) },
    [send, undefined],
    "--length só vale com --cmd enviar_arquivo <nome>."
  ],
  [{ long: true }, [list, undefined], "--long só vale com --cmd listar_arquivos [padrão]."],
  [{ since: Option.some("1-1") }, [follow], "--since só vale com --cmd acompanhar."],
  [
    { output: Option.some("x") },
    [send, "GET a", "GETRANGE a 0 1", undefined],
    "--output só vale com --cmd enviar_arquivo <nome> ou --cmd GET <nome>."
  ],
  [
    { noOverwrite: true },
    [send, "GET a", "GETRANGE a 0 1", undefined],
    "--no-overwrite só vale com --cmd enviar_arquivo <nome> ou --cmd GET <nome>."
  ],
  [{ noVerify: true }, [send, undefined], "--no-verify só vale com --cmd enviar_arquivo <nome>."],
  [{ clean: true }, [send, undefined], "--clean só vale com --cmd enviar_arquivo <nome>."],
  [
    { hidden: true },
    [send, follow, undefined],
    "--hidden só vale com --cmd enviar_arquivo <nome> ou --cmd acompanhar ou --mirror."
  ],
  [{ exclude: ["*.tmp"] }, [], "--exclude só vale com --mirror."],
  [{ delete: true }, [], "--delete só vale com --mirror."],
  [{ follow: true }, [], "--follow só vale com --mirror."]
]

const commands = [
  send,
  list,
  follow,
  "GET a",
  "GETRANGE a 0 1",
  "dados",
  "enviar_arquivo",
  "listar_arquivos LIMITE 3",
  undefined
]

describe("a flag", () => {
  it.each(flags.map(([flag, of, told]) => [Object.keys(flag)[0], flag, of, told] as const))(
    "is refused where it would be ignored, and nowhere else: %s",
    (_, flag, of, told) => {
      for (const words of commands)
        assert.strictEqual(
          said(flag, words),
          of.includes(words) ? undefined : told,
          words ?? "several"
        )
    }
  )

  it("is refused beside --mirror where that has no use for it", () => {
    for (const [flag, , told] of flags) {
      const isUsed = told.includes("--mirror")
      assert.strictEqual(said({ ...flag, ...mirror }), isUsed ? undefined : told)
    }
  })

  it("is refused where an original server cannot do what it says", () => {
    const pickle = { protocol: "pickle" } as const
    for (const flag of [{ start: Option.some(1) }, { long: true }, { hidden: true }])
      for (const words of [send, list, undefined])
        assert.match(
          said({ ...flag, ...pickle }, words) ?? "",
          /^--\w+ só vale com --protocol resp\.$/
        )
    assert.strictEqual(said({ output: Option.some("x"), ...pickle }, send), undefined)
    assert.strictEqual(
      said({ passwordFile: Option.some("x"), ...pickle }, list),
      "--password-file só vale com --protocol resp."
    )
  })

  it("may be in the environment of runs that have no use for it", () => {
    const output = { output: Option.some("x/"), hidden: true }
    const environment = { APP_OUTPUT: "x/", APP_HIDDEN: "1" }
    assert.strictEqual(said(output, "dados", environment), undefined)
    assert.strictEqual(said({ ...output, ...mirror }, undefined, environment), undefined)
    assert.isDefined(said(output, "dados", { APP_OUTPUT: "" }))
  })

  it("that sends to standard output what goes there anyway is in order", () => {
    assert.strictEqual(said({ output: Option.some("-") }, list), undefined)
  })

  it("is refused in the person's language", () => {
    assert.strictEqual(
      said({ long: true }, "dados", {}, "en"),
      "--long is only for --cmd listar_arquivos [pattern]."
    )
  })
})

describe("a word without a flag", () => {
  it("is no command, nor a pattern, without --cmd or --mirror", () => {
    const failure = (flags: Partial<ClientFlags>) =>
      misuse(
        { flags: { ...nothing, ...flags, rest: ["hora_atual"] }, args: undefined, environment: {} },
        messages.pt
      )?.sentence
    assert.strictEqual(failure({}), "Falta --cmd antes de hora_atual.")
    assert.strictEqual(failure(mirror), undefined)
  })
})
