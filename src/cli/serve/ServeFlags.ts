/** The flags of `app serve`, in the order of its help. */
import type { Values } from "../flags/Descriptor.ts"
import { access } from "./flags/Access.ts"
import { http } from "./flags/Http.ts"
import { limits } from "./flags/Limits.ts"
import { logs } from "./flags/Logs.ts"
import { serving } from "./flags/Serving.ts"

/** All flags, by the names of their values in the program; the log has the same names in snake case. */
export const serveFlags = { ...serving, ...access, ...http, ...limits, ...logs }

/** The groups of its help. */
export const serveGroups = { serving, access, http, limits, logs }

/** The values of all flags. */
export type ServeFlags = Values<typeof serveFlags>
