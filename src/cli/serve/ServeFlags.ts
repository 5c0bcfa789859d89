/** The flags of `app serve`, in the order of its help. */
import type { Values } from "../flags/Descriptor.ts"
import { access } from "./flags/Access.ts"
import { limits } from "./flags/Limits.ts"
import { logs } from "./flags/Logs.ts"
import { serving } from "./flags/Serving.ts"

/** All of them, by the names that the program gives their values, which are those of the log as well. */
export const serveFlags = { ...serving, ...access, ...limits, ...logs }

/** All that is said on its command line. */
export type ServeFlags = Values<typeof serveFlags>
