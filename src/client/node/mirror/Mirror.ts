/** A mirror over Node's sockets and file systems, with all that it needs. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Duration, Effect, Layer } from "effect"
import { type FollowError, waitWithin } from "../../changes/RemoteChanges.ts"
import { followMirror, narrow, type Narrowed } from "../../mirror/follow/FollowMirror.ts"
import { mirror, type Options } from "../../mirror/run/Run.ts"
import { defaultReadTimeout, makeConnectors, type Server } from "../Connectors.ts"
import * as Hashing from "../Hashing.ts"
import * as PartFiles from "../PartFiles.ts"
import * as Folder from "./Folder.ts"

const platform = Layer.merge(NodeFileSystem.layer, NodePath.layer)
/** What a mirror needs besides its folder. */
export const services = Layer.merge(Hashing.layer, PartFiles.layer).pipe(
  Layer.provideMerge(platform)
)

/** Mirrors the server's files into a folder, once. The connections, and the folder's lock, are given back at the end. */
export const mirrorFrom = (server: Server, folder: string, options: Options) =>
  makeConnectors(server).pipe(
    Effect.flatMap((connectors) => mirror(options, connectors)),
    Effect.scoped,
    Effect.provide([services, Folder.layer(folder, options.dryRun)])
  )

/** What ended a comparison of a mirror that follows. */
export type ComparisonError = Effect.Error<ReturnType<typeof mirror>> | FollowError

/** How to follow. */
export interface Following {
  /** As in FollowMirror. */
  readonly every: Duration.Input | undefined
  /** Called with what ended a comparison; it is tried again. */
  readonly onFailure: (error: ComparisonError) => Effect.Effect<void>
}

/** Mirrors the server's files into a folder for ever, change by change. What it holds is given back where it is stopped. */
export const followFrom = (
  server: Server,
  folder: string,
  options: Options,
  { every, onFailure }: Following
) =>
  makeConnectors(server).pipe(
    Effect.flatMap((connectors) =>
      followMirror({
        connector: connectors.bytes,
        wait: waitWithin(Duration.fromInputUnsafe(server.readTimeout ?? defaultReadTimeout)),
        every: every === undefined ? undefined : Duration.fromInputUnsafe(every),
        selection: options,
        maxDelete: options.maxDelete,
        compare: (narrowed: Narrowed) => mirror(narrow(options, narrowed), connectors),
        onFailure
      })
    ),
    Effect.scoped,
    Effect.provide([services, Folder.layer(folder, options.dryRun)])
  )
