/** A mirror over Node's sockets and file systems, with all that it needs. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { Effect, Layer } from "effect"
import { mirror, type Options } from "../../mirror/Run.ts"
import { makeConnectors, type Server } from "../Connectors.ts"
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
