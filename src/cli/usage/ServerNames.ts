/**
 * What the scripts of `--completions` have beyond effect/cli's: names of files on the server. They run the client with
 * the words before the cursor, and what the word at the cursor begins with in a variable; what the client prints then is
 * client/CompleteNames's.
 */
import type { Completions } from "effect/cli"

/** The variable that has `app client` print the names that begin with its value, and ask nothing else. */
export const variable = "APP_COMPLETE"

// bash has the words as they were typed, with quotes and backslashes. What is offered is quoted by effect/cli's function.
const bash = `_app--names()
{
  local cur prev words cword
  _init_completion -n "$COMP_WORDBREAKS" || return
  local _prefix="$cur" _given=() _word
  _prefix=\${_prefix//\\\\/}; _prefix=\${_prefix//\\"/}; _prefix=\${_prefix//\\'/}
  for _word in "\${words[@]:1:cword-1}"; do
    [[ "$_word" == '~/'* ]] && _word="$HOME/\${_word#'~/'}"
    _word=\${_word//\\\\/}; _word=\${_word//\\"/}; _word=\${_word//\\'/}
    _given+=("$_word")
  done
  [[ "\${_given[0]}" == client && " \${_given[*]}" == *" --cmd"[\\ =]* ]] || return

  local _names=() _name
  while IFS= read -r _name; do
    _names+=("$_name")
  done < <(${variable}="$_prefix" app "\${_given[@]}" </dev/null 2>/dev/null)
  _app--choices "$cur" "$2" "\${_names[@]}"
}

_app--all()
{
  COMPREPLY=()
  _app "$@"
  ((\${#COMPREPLY[@]} > 0)) || _app--names "$@"
}

complete -F _app--all app
`

// `_arguments` has taken `app` off the words.
const zsh = `_app_names() {
  local prefix="\${(Q)PREFIX}"
  local -a given names
  given=("\${(@Q)words[1,CURRENT-1]}")
  given=("\${(@)given/#\\~\\//$HOME/}")
  names=("\${(@f)$(${variable}="$prefix" app "\${given[@]}" </dev/null 2>/dev/null)}")
  compadd -a -- names
}
`

const fish = `function __app_names
  set -l words (commandline -poc)
  set -lx ${variable} (commandline -ct | string unescape)
  app $words[2..-1] </dev/null 2>/dev/null
end
complete -c app -n '__fish_seen_subcommand_from client; and __fish_contains_opt cmd' -f -a '(__app_names)'
`

const end = "###-end-app-completions-###"

/** The script with them; it is as it was for a shell without such a part. */
export const withServerNames = (script: string, shell: Completions.Shell): string => {
  switch (shell) {
    case "bash":
      return script.replace(`complete -F _app app\n${end}`, () => `${bash}${end}`)
    case "zsh":
      return (
        script
          // Arguments of `app client` are of no kind that effect/cli knows.
          .replace(/^( +'\*:.*:)'$/m, (_, spec: string) => `${spec}_app_names'`)
          .replace(/^_app\(\) \{$/m, (head) => `${zsh}\n${head}`)
      )
    case "fish":
      return script.replace(end, () => `${fish}${end}`)
    case "powershell":
      return script
  }
}
