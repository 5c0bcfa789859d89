/** One question to the server, and what becomes of its answer: printed, streamed to standard output, or saved. */
import { Effect, FileSystem, Path } from "effect"
import { Client, type IncomingFile, Refused } from "../client/Client.ts"
import * as Display from "../client/Display.ts"
import * as Download from "../client/Download.ts"
import * as Grammar from "../domain/Grammar.ts"
import type { Reply } from "../domain/Reply.ts"
import * as Word from "../domain/Word.ts"
import { print, printBytes } from "./Output.ts"

/** The words of a command. */
export type Words = ReadonlyArray<Word.Word>

/** Where an answer goes. */
export interface Options {
  readonly json: boolean
  /** `--output`, as it was given. */
  readonly output: string | undefined
}

/**
 * What kind of answer a command has. Whether the server knows the command is the server's to say; this only tells
 * how to read what comes.
 */
const kindOf = (words: Words, { output }: Options): "file" | "content" | "reply" => {
  const { _tag } = Grammar.parse(words)
  if (_tag === "SendFile") return "file"
  return output !== undefined && (_tag === "Get" || _tag === "GetRange") ? "content" : "reply"
}

const isFolder = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return yield* Effect.match(fileSystem.stat(path), {
    onFailure: () => false,
    onSuccess: ({ type }) => type === "Directory"
  })
})

/** `--output FILE`, `--output FOLDER/`, an existing folder, or the current one. */
const target = Effect.fnUntraced(function* (output: string | undefined) {
  const { sep } = yield* Path.Path
  if (output === undefined) return { _tag: "Folder", folder: "." } as const
  if (output.endsWith("/") || output.endsWith(sep) || (yield* isFolder(output))) {
    return { _tag: "Folder", folder: output } as const
  }
  return { _tag: "File", path: output } as const
})

/** What became of an answer. */
export type Outcome =
  | { readonly _tag: "Reply"; readonly reply: Reply }
  | { readonly _tag: "Saved"; readonly saved: Download.Saved }
  /** Its bytes went to standard output. */
  | { readonly _tag: "Streamed" }

/** GET has null where the file commands have this error (Errors.ts). */
const notFound = new Refused({ code: "NOTFOUND", message: "Arquivo não encontrado!" })

const keep = Effect.fnUntraced(function* (
  file: IncomingFile,
  name: Word.Word,
  { output }: Options
) {
  if (output === "-") {
    yield* printBytes(file.bytes)
    return { _tag: "Streamed" } as const
  }
  return { _tag: "Saved", saved: yield* Download.save(file, name, yield* target(output)) } as const
})

/** Reads the answer to a command that was sent; a file is saved, or streamed for `--output -`. */
export const receive = Effect.fnUntraced(function* (words: Words, options: Options) {
  const client = yield* Client
  const name = words[1] ?? Word.unsafe("")
  switch (kindOf(words, options)) {
    case "file":
      return yield* keep(yield* client.receiveFile, name, options)
    case "content": {
      const content = yield* client.receiveContent
      if (content === undefined) return yield* notFound
      return yield* keep({ name, ...content }, name, options)
    }
    case "reply": {
      const reply = yield* client.receive
      if (reply._tag === "Refusal") return yield* new Refused(reply)
      return { _tag: "Reply", reply } as const
    }
  }
})

const line = (value: Display.Json): string => `${JSON.stringify(value)}\n`

/** Prints an outcome on standard output: a reply's text, a saved file's path, or either as JSON. */
export const present = (outcome: Outcome, { json }: Options) => {
  switch (outcome._tag) {
    case "Reply":
      return print(json ? line(Display.toJson(outcome.reply)) : Display.toText(outcome.reply))
    case "Saved": {
      const { name, path, size } = outcome.saved
      return print(json ? line({ name, path, bytes: size }) : `${Display.escape(path)}\n`)
    }
    case "Streamed":
      return Effect.void
  }
}

/** Asks one question and prints the answer. */
export const ask = Effect.fnUntraced(function* (words: Words, options: Options) {
  const client = yield* Client
  yield* client.send([words])
  yield* present(yield* receive(words, options), options)
})
