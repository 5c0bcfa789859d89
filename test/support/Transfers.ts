/** Downloads as the client does them, within the test or watched from it, and files to be downloaded. */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Duration, Effect } from "effect"
import { createCipheriv, createHash } from "node:crypto"
import { closeSync, openSync, readdirSync, readSync, statSync, watch, writeSync } from "node:fs"
import { join } from "node:path"
import { makeConnectors } from "../../src/client/node/Connectors.ts"
import { layer as nodeHashing } from "../../src/client/node/Hashing.ts"
import { layer as nodePartFiles } from "../../src/client/node/PartFiles.ts"
import * as RespConnection from "../../src/client/RespConnection.ts"
import { download } from "../../src/client/files/Download.ts"
import { intoFolder } from "../../src/client/files/Placement.ts"
import type { Options } from "../../src/client/files/Transfer.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import type { Address } from "../../src/domain/Address.ts"

/** Bytes that no two runs of differ in, and no two places of repeat. */
export const noise = (seed: number, size: number): Buffer =>
  createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size))

/** The SHA-256 of bytes, as the server says it. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex")

/** The SHA-256 of a file of any size. */
export const sha256Of = (path: string): string => {
  const hash = createHash("sha256")
  const buffer = Buffer.allocUnsafe(4 * 1024 * 1024)
  const file = openSync(path, "r")
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
    hash.update(buffer.subarray(0, read))
  }
  closeSync(file)
  return hash.digest("hex")
}

/** Writes over the beginning of a file, in place. */
export const overwrite = (path: string, bytes: Uint8Array): void => {
  const file = openSync(path, "r+")
  for (let written = 0; written < bytes.length;) {
    written += writeSync(file, bytes, written, bytes.length - written, written)
  }
  closeSync(file)
}

/** What stands in a folder, whatever it is, sorted. */
export const contents = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()

/** A file that is not whole yet. */
export interface Part {
  readonly path: string
  readonly size: number
}

const partsIn = (folder: string): ReadonlyArray<Part> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".part"))
    .flatMap((name) => {
      const path = join(folder, name)
      const stats = statSync(path, { throwIfNoEntry: false })
      return stats === undefined ? [] : [{ path, size: stats.size }]
    })

/** Waits until there is a part file in the folder with at least so many bytes. */
export const partWith = (folder: string, size: number): Effect.Effect<Part> =>
  Effect.callback<Part>((resume) => {
    const look = (): void => {
      const part = partsIn(folder).find((part) => part.size >= size)
      if (part === undefined) return
      watcher.close()
      resume(Effect.succeed(part))
    }
    const watcher = watch(folder, look)
    look()
    return Effect.sync(() => watcher.close())
  })

/** Connectors that go on after so many losses, at once. */
export const connectors = ({ host, port }: Address, retries = 0) =>
  makeConnectors({
    host,
    port,
    protocol: RespConnection.layer,
    readTimeout: Duration.infinity,
    minRate: 0,
    retries,
    counting: "over all",
    // What is tested here is that it goes on, not how long it waits before.
    pause: () => Duration.zero,
    onRetry: () => Effect.void
  })

/**
 * Downloads the file into the folder under its own name, within the test's process. With no terminal, of which each listens to
 * standard input: Node warns of a leak where eleven do.
 */
export const fetchInto = (
  folder: string,
  name: string,
  address: Address,
  { retries = 0, ...options }: Partial<Omit<Options, "target">> & { readonly retries?: number } = {}
) =>
  Effect.scoped(
    Effect.flatMap(connectors(address, retries), (connectors) =>
      download(
        ByteString.fromText(name),
        {
          target: intoFolder(folder),
          verify: true,
          overwrite: true,
          onProgress: () => undefined,
          ...options
        },
        connectors
      )
    )
  ).pipe(
    Effect.provide([nodeHashing, nodePartFiles]),
    Effect.provide([NodeFileSystem.layer, NodePath.layer])
  )
