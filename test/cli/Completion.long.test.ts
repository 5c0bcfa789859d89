/** The scripts of `--completions`, in the shells that they are for; a shell that is not installed is left out. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { spawnSync } from "node:child_process"
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import * as FakeServer from "../support/fakes/FakeServer.ts"
import { App, putInPath } from "../support/programs/App.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { hasTerminal, open } from "../support/programs/Terminal.ts"
import { refusing as refusingConnections } from "../support/peers/Refusing.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"

/** What is typed, and what the shell offers for its last word. */
const cases: ReadonlyArray<readonly [typed: string, offered: string]> = [
  ["app ser", "serve"],
  ["app serve --log-le", "--log-level"],
  ["app serve --log-level wa", "warning"],
  ["app serve --dir fo", "fotos"],
  ["app client --cmd lis", "listar_arquivos"],
  ["app client --no-veri", "--no-verify"],
  ["app client --output fa", "fato.txt"]
]

/** How each shell is asked; `typed` is in the variable of this name. What it offers is printed. */
const shells: Readonly<Record<string, string>> = {
  bash: `
    source ./script
    COMP_WORDS=($typed) COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )) COMP_LINE=$typed COMP_POINT=\${#typed}
    function=$(complete -p app) function=\${function#complete -F } function=\${function% app}
    "$function" app "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
    for offered in "\${COMPREPLY[@]}"; do
      echo "\${offered%% }"
    done`,
  // What is typed is completed in a terminal of its own, for zsh completes nowhere else.
  zsh: `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1= ; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ./script; compdef _app app; echo rea''dy"
    zpty -m -r shell line '*ready*'
    zpty -w -n shell "$typed"$'\\t'
    zpty -w -n shell $'\\x01print -r -- \\'<\\x05>\\'\\n'
    zpty -m -r shell line '*
<*>*'
    print -r -- "$line"`,
  fish: `
    source ./script
    complete -C "$typed" | string replace -r '\\t.*' ''`
}

/** How each shell is begun without anybody's settings, and reads the script. */
const interactive: Readonly<
  Record<string, { readonly begins: ReadonlyArray<string>; readonly source: string }>
> = {
  bash: { begins: ["--norc", "--noprofile"], source: "source ./script" },
  zsh: {
    begins: ["-f"],
    source: "autoload -Uz compinit; compinit -u -D; source ./script; compdef _app app"
  },
  fish: { begins: ["--no-config"], source: "source ./script" }
}

layer(App.layer, { timeout: "1 minute" })("completion", (it) => {
  for (const [shell, script] of Object.entries(shells)) {
    it.effect.skipIf(!isInstalled(shell))(`offers flags, values and files in ${shell}`, () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const cwd = yield* folderWith({ "fotos/a.txt": "", "fato.txt": "" })
        const { stdout } = yield* run(["--completions", shell], { cwd })
        assert.notMatch(stdout, /no-no-|Disable/)
        writeFileSync(join(cwd, "script"), stdout)
        writeFileSync(join(cwd, "app"), "")
        chmodSync(join(cwd, "app"), 0o755)
        for (const [typed, offered] of cases) {
          const { stderr, stdout } = spawnSync(shell, ["-c", script], {
            cwd,
            env: { PATH: `${cwd}:/usr/bin:/bin`, HOME: cwd, TERM: "dumb", typed },
            encoding: "utf8",
            timeout: 10_000
          })
          // zsh puts the only match into the line, or lists it where it has a word to say of the place.
          const whole = new RegExp(`(?<![\\w-])${offered}(?![\\w-])`)
          assert.match(stdout, whole, `${typed}: ${stderr}`)
        }
      })
    )
  }

  for (const [shell, { begins, source }] of Object.entries(interactive)) {
    it.effect.skipIf(!isInstalled(shell) || !hasTerminal)(
      `a name on the server is completed, quoted, and fetched in ${shell}`,
      () =>
        Effect.gen(function* () {
          const app = yield* App
          const { run, serve } = app
          const name = "Relatório de março.txt"
          const shared = yield* folderWith({ [name]: "março", "a/b/$x 'y.txt": "", "a/c.txt": "" })
          const { address } = yield* serve([shared], { cwd: shared })
          const cwd = yield* temporaryFolder
          const { stdout } = yield* run(["--completions", shell], { cwd })
          writeFileSync(join(cwd, "script"), stdout)
          putInPath(app, cwd)
          const terminal = yield* open([shell, ...begins], {
            cwd,
            env: {
              PATH: `${cwd}:/usr/bin:/bin`,
              TERM: "xterm",
              LC_ALL: "C.UTF-8",
              APP_PORT: String(address.port)
            }
          })
          yield* terminal.type(`${source}; echo rea""dy\r`)
          yield* terminal.shows(/ready/)
          // On a busy machine the server's answer may come too late for the shell: then Tab is pressed again.
          const complete = (typed: string) =>
            Effect.andThen(
              terminal.type(typed),
              Effect.andThen(terminal.type("\t"), terminal.shows(/txt/)).pipe(
                Effect.timeout("5 seconds"),
                Effect.retry({ times: 5 }),
                TestClock.withLive
              )
            )
          yield* complete("app client --cmd enviar_arquivo Rel")
          yield* terminal.type("\r")
          yield* terminal.shows(/Relatório de março\.txt\r?\n/)
          assert.strictEqual(readFileSync(join(cwd, name), "utf8"), "março")
          yield* complete("app client --cmd soma_arquivo a/b")
          yield* terminal.type("\r")
          yield* terminal.shows(/e3b0c44298fc1c14/)
          yield* terminal.type("exit\r")
          yield* terminal.ended
        })
    )
  }

  it.effect("a server that is silent, refuses or is not there has nothing offered, and soon", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* temporaryFolder
      const complete = (port: number, command: string) =>
        run(["client", "--port", String(port), "--cmd", command], {
          cwd,
          env: { APP_COMPLETE: "" }
        })
      const silent = yield* FakeServer.make({ answers: [] })
      const refusing = yield* FakeServer.make({ answers: ["-NOAUTH Authentication required.\r\n"] })
      const started = performance.now()
      const nothing = { code: 0, stdout: "", stderr: "" }
      const nobody = yield* refusingConnections()
      for (const { port } of [silent.address, refusing.address, nobody]) {
        const { code, stderr, stdout } = yield* complete(port, "ARQUIVO")
        assert.deepStrictEqual({ code, stdout, stderr }, nothing)
      }
      // The default of --timeout is 15 s of silence.
      assert.isBelow(performance.now() - started, 14_000)
      // What takes no name asks nothing.
      const { code, stderr, stdout } = yield* complete(refusing.address.port, "hora_atual")
      assert.deepStrictEqual({ code, stdout, stderr }, nothing)
      assert.lengthOf(refusing.asked, 2)
    })
  )

  it.effect(
    "names that would not show as they are, and more than can be chosen from, are left out",
    () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const cwd = yield* temporaryFolder
        const list = (names: ReadonlyArray<string>) =>
          `*${names.length}\r\n${names.map((name) => `$${name.length}\r\n${name}\r\n`).join("")}`
        const complete = Effect.fnUntraced(function* (
          names: ReadonlyArray<string>,
          command = "ARQUIVO",
          prefix: string = "a"
        ) {
          const { address } = yield* FakeServer.make({ answers: [list(names)] })
          const { stdout } = yield* run(["client", "--cmd", command], {
            cwd,
            env: { APP_COMPLETE: prefix, APP_PORT: String(address.port) }
          })
          return stdout
        })
        // As above: what comes too late is asked for again.
        const completed = (...asked: Parameters<typeof complete>) =>
          Effect.repeat(complete(...asked), { until: (names) => names !== "", times: 5 })
        assert.strictEqual(yield* completed(["a\x1b[2J", "a\nb", "a\xff", "ab", "b"]), "ab\n")
        assert.strictEqual(yield* completed(["ab"], "acompanhar"), "ab\n")
        // What would be taken for a flag.
        assert.strictEqual(yield* completed(["--output=.bashrc", "b"], "ARQUIVO", ""), "b\n")
        const many = Array.from({ length: 5001 }, (_, index) => `a${index}`)
        assert.strictEqual(yield* complete(many), "")
        assert.strictEqual(yield* completed(many.slice(1)), `${many.slice(1).join("\n")}\n`)
      })
  )
})
