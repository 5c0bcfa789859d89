/** What the figures were taken on: the machine, and the version of every program that took part. */
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { cpus, release, totalmem, type } from "node:os"
import { delimiter, join } from "node:path"
import effectPackage from "effect/package.json" with { type: "json" }
import { scratch } from "../Files.ts"

/** The machine and the programs on it. */
export const Machine = Schema.Struct({
  processor: Schema.String,
  cores: Schema.Number,
  kernel: Schema.String,
  /** In GiB. */
  memory: Schema.Number,
  /** Where the files lie that are served and fetched. */
  files: Schema.String,
  versions: Schema.Record(Schema.String, Schema.String)
})
export type Machine = typeof Machine.Type

/** Some systems keep servers out of an ordinary user's PATH. */
const places = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]

/** The file of a program, if it is installed. */
export const find = (program: string): string | undefined =>
  places
    .map((place) => join(place, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** How to ask each program for its version, and where it stands in the answer. */
const versionOf: ReadonlyMap<string, readonly [words: ReadonlyArray<string>, version: RegExp]> =
  new Map([
    ["redis-server", [["--version"], /v=(\S+)/]],
    ["nginx", [["-v"], /nginx\/(\S+)/]],
    ["wrk", [["-v"], /wrk (?:debian\/)?(\S+)/]],
    ["vsftpd", [["-v"], /version (\S+)/]],
    ["python3", [["--version"], /Python (\S+)/]],
    ["curl", [["--version"], /curl (\S+)/]]
  ])

const readVersion = (program: string): ReadonlyArray<readonly [string, string]> => {
  const file = find(program)
  const [words, version] = versionOf.get(program) ?? [[], /$^/]
  if (file === undefined) return []
  // vsftpd writes its version to its standard input, the socket it would have from inetd.
  const { stderr, stdout } = spawnSync("sh", ["-c", '"$0" "$@" 0>&1', file, ...words], {
    encoding: "utf8"
  })
  return [[program, version.exec(stdout + stderr)?.[1] ?? "?"]]
}

/** This machine, as it is now. */
export const thisMachine = (): Machine => {
  const [first] = cpus()
  return {
    processor: first?.model.trim() ?? "?",
    cores: cpus().length,
    kernel: `${type()} ${release()}`,
    memory: Math.round(totalmem() / 2 ** 30),
    files: scratch,
    versions: Object.fromEntries([
      ["node", process.versions.node],
      ["effect", effectPackage.version],
      ...[...versionOf.keys()].flatMap(readVersion)
    ])
  }
}
