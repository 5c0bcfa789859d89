/** What the flags say of HTTP, and by which names this machine is known. */
import { Option } from "effect"
import { hostname } from "node:os"
import type { Options } from "../../../http/HttpFace.ts"
import { wireName } from "../../../commands/Command.ts"
import { makeFolderReply } from "../../../http/FolderReply.ts"
import type { ServeFlags } from "../ServeFlags.ts"

/** This machine's name, alone and as multicast DNS has it (RFC 6762, 3). */
const ownNames = (): ReadonlyArray<string> => {
  const name = hostname().toLowerCase()
  const [first = name] = name.split(".")
  return [...new Set([name, first, `${first}.local`])]
}

/** How HTTP is answered, and whether nothing else is; `undefined` where it is off. */
export const httpOptions = ({
  cors,
  http,
  httpHost,
  metricsOpen,
  site,
  siteFallback
}: ServeFlags): (Options & { readonly only: boolean }) | undefined =>
  http === "off"
    ? undefined
    : {
        only: http === "only",
        hosts: [...ownNames(), ...httpHost],
        origins: cors,
        isSite: site,
        fallback: Option.getOrUndefined(siteFallback),
        hasOpenMetrics: metricsOpen,
        makeFolderReply,
        commandName: wireName
      }
