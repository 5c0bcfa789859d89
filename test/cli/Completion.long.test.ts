/** The scripts of `--completions`, in the shells that they are for; a shell that is not installed is left out. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../support/programs/App.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

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
    _app app "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
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
})
