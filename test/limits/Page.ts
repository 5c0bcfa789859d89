/** The figures as docs/limits.md has them. */
import { readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { root } from "../support/programs/App.ts"

/** The tables of the page, by the marks between which they stand. */
export type Tables = Readonly<
  Record<
    | "requests"
    | "requests over HTTP"
    | "requests by pickle"
    | "requests about changes"
    | "handshakes"
    | "connections"
    | "one address",
    Array<string>
  >
>

/** A time in milliseconds. */
export const ms = (time: number): string => `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`

/** A number of bytes. */
export const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

/** A row of a table. */
export const row = (...cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const page = join(root, "docs", "limits.md")

/** A table by its marks: its head, and its rows. */
const tableOf = (name: string): RegExp =>
  new RegExp(`(<!-- ${name} -->\n(?:.*\n){2})([^]*?)(<!-- /${name} -->)`)

/** The rows of a table of the page, each as its cells. */
export const rowsOf = (name: string): ReadonlyArray<ReadonlyArray<string>> => {
  const [, , rows = ""] = tableOf(name).exec(readFileSync(page, "utf8")) ?? []
  return rows
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.slice("| ".length, -" |".length).split(" | "))
}

/** Puts the rows in the place of those that the page has, below the heads of its tables. */
export const writePage = (tables: Tables, files: number): void => {
  let text = readFileSync(page, "utf8")
  for (const [name, rows] of Object.entries(tables))
    text = text.replace(
      tableOf(name),
      (_, head: string, _rows: string, tail: string) => `${head}${rows.join("\n")}\n${tail}`
    )
  const machine = `${cpus()[0]?.model.trim() ?? "?"}, ${cpus().length} cores, Node ${process.versions.node}, ${files.toLocaleString("en")} files`
  writeFileSync(
    page,
    text.replace(/(<!-- machine -->).*/, (_, mark: string) => `${mark} ${machine}`)
  )
}
