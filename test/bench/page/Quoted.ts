/** The table of figures in the READMEs: a few rows in people's words, with the ranges that docs/performance.md has. */
import type { Row } from "../Row.ts"
import type { Run } from "../Run.ts"
import { type Line, lines } from "./Lines.ts"
import { rangeText } from "./Page.ts"

/** A language: its file, its words, its decimal mark. */
interface Language {
  readonly file: string
  readonly head: readonly [ratio: string, processor: string]
  readonly to: string
  readonly mark: string
  /** What a row is, for somebody who reads of the project for the first time. */
  readonly rows: Readonly<Record<Quoted, string>>
}

type Quoted =
  | "time-50"
  | "time-p16"
  | "files-1k"
  | "http-1k"
  | "file-1g"
  | "file-1g-8"
  | "client-1g"
  | "idle"
  | "one-shot"

const english: Language = {
  file: "README.md",
  head: ["Ours, of theirs", "Processor's time for the same"],
  to: "to",
  mark: ".",
  rows: {
    "time-50": "commands a second, `hora_atual` on 50 connections, of redis-server's `GET`",
    "time-p16": "the same, pipelined by 16",
    "files-1k": "10,000 different files of 1 KiB a second, of redis-server's `GET`",
    "http-1k": "the same over HTTP, of nginx",
    "file-1g": "one file of 1 GiB, of nginx's sendfile",
    "file-1g-8": "eight of them at once",
    "client-1g": "a file of 1 GiB with `app client`, verified: time, of `curl` and `sha256sum`",
    idle: "memory of an idle connection, of redis-server's",
    "one-shot": "one `app client --cmd hora_atual`: time, of `node -e 0`"
  }
}

const portuguese: Language = {
  file: "README.pt-BR.md",
  head: ["O nosso, em relação ao deles", "Tempo de processador para o mesmo"],
  to: "a",
  mark: ",",
  rows: {
    "time-50":
      "comandos por segundo, `hora_atual` em 50 conexões, em relação ao `GET` do redis-server",
    "time-p16": "o mesmo, 16 por vez",
    "files-1k":
      "10.000 arquivos diferentes de 1 KiB, por segundo, em relação ao `GET` do redis-server",
    "http-1k": "o mesmo por HTTP, em relação ao nginx",
    "file-1g": "um arquivo de 1 GiB, em relação ao sendfile do nginx",
    "file-1g-8": "oito deles ao mesmo tempo",
    "client-1g":
      "um arquivo de 1 GiB com `app client`, verificado: tempo, em relação a `curl` e `sha256sum`",
    idle: "memória de uma conexão ociosa, em relação à do redis-server",
    "one-shot": "um `app client --cmd hora_atual`: tempo, em relação a `node -e 0`"
  }
}

/** Both READMEs. */
export const languages: ReadonlyArray<Language> = [english, portuguese]

const table = ({ head, mark, rows, to }: Language, found: ReadonlyArray<Line>): string => {
  const text = (range: Line["processor"]) =>
    range === undefined ? "–" : rangeText(range, to).replaceAll(".", mark)
  return [
    `| | ${head.join(" | ")} |`,
    "|---|---|---|",
    ...Object.entries(rows).flatMap(([name, what]) => {
      const line = found.find(({ row }) => row.name === name)
      return line === undefined
        ? []
        : [`| ${what} | ${text(line.range)} | ${text(line.processor)} |`]
    })
  ]
    .map((line) => `${line}\n`)
    .join("")
}

/** A README with its table as these runs have it. */
export const quote = (
  language: Language,
  readme: string,
  rows: ReadonlyArray<Row>,
  runs: ReadonlyArray<Run>
): string => {
  const [ratio] = language.head
  const old = new RegExp(`^\\| \\| ${ratio} \\|.*\\n(?:\\|.*\\n)*`, "m")
  return readme.replace(old, () => table(language, lines(rows, runs)))
}
