/** A folder as its entries' names, a line each, a folder's with a slash. */
import { Effect, Stream } from "effect"
import { lastPart } from "../domain/FileName.ts"
import type { FileStore } from "../services/files/FileStore.ts"
import type { FolderReply } from "./HttpFace.ts"

const encoder = new TextEncoder()

/** The reply to a folder's request, over a store. */
export const makeNamesReply =
  (store: FileStore["Service"]): FolderReply =>
  ({ name }) =>
    Effect.map(store.folder(name), (entries) => ({
      status: 200,
      fields: "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-cache\r\n",
      body: {
        size: undefined,
        bytes: Stream.mapArray(
          entries,
          (batch) =>
            [
              encoder.encode(
                batch
                  .map((entry) => `${lastPart(entry.name)}${entry.kind === "folder" ? "/" : ""}\n`)
                  .join("")
              )
            ] as const
        )
      }
    }))
