/** The flags of `app client`, in the order of its help. */
import type { Values } from "../flags/Descriptor.ts"
import { asking } from "./flags/Asking.ts"
import { connection } from "./flags/Connection.ts"
import { mirroring } from "./flags/Mirroring.ts"
import { saving } from "./flags/Saving.ts"

/** All of them, by the names that the program gives their values. */
export const clientFlags = { ...connection, ...asking, ...saving, ...mirroring }

/** The groups of its help. */
export const clientGroups = { asking, saving, mirroring, connection }

/** Their values. */
export type ClientFlags = Values<typeof clientFlags>
