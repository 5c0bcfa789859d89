/** Flags of `app serve`: the level and form of the log. */
import { setting } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"
import * as Log from "../Log.ts"

const level = Kind.choice(Log.levels)

/** A level; `warn`, as many programs call it, is `warning`. */
const levels: Kind.Kind<Log.Level> = {
  ...level,
  parse: (text) => level.parse(text === "warn" ? "warning" : text)
}

/** The flags of this group. */
export const logs = {
  logFormat: setting({
    name: "log-format",
    kind: Kind.choice(Log.formats),
    default: "auto",
    help: {
      pt: "Forma do registro na saída de erro; auto é pretty num terminal, logfmt fora dele; combined põe os pedidos HTTP na saída padrão, como servidores web",
      en: "Form of the log on standard error; auto is pretty on a terminal, logfmt elsewhere; combined puts requests of HTTP on standard output, as web servers do"
    },
    readme: {
      text: {
        pt: "forma [do registro](logs.pt-BR.md): `pretty`, `logfmt` ou `json`; `auto` é `pretty` em um terminal e `logfmt` fora dele; `combined` é `auto`, mas os pedidos HTTP vão para a saída padrão, como os de servidores web",
        en: "form of [the log](logs.md): `pretty`, `logfmt` or `json`; `auto` is `pretty` on a terminal, `logfmt` elsewhere; `combined` is `auto`, but requests of HTTP go to standard output, as web servers write them"
      }
    }
  }),
  // Not the one that effect/cli gives every command: the client has no log, and that one no variable.
  logLevel: setting({
    name: "log-level",
    kind: levels,
    default: "info",
    help: { pt: "A partir de que nível registrar", en: "From which level on to log" },
    readme: {
      text: {
        pt: "a partir de que nível registrar: `debug`, `info`, `warning`, `error`, `none`",
        en: "from which level on to log: `debug`, `info`, `warning`, `error`, `none`"
      }
    }
  })
}
