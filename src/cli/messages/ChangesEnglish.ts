/** The texts of `app client --cmd acompanhar`, in English. */
import type { ChangesCatalog } from "./ChangesPortuguese.ts"

/** The catalog. */
export const changesEnglish: ChangesCatalog = {
  created: "created",
  changed: "changed",
  deleted: "deleted",
  rescan: "Changes may have been missed: look at everything anew.",
  goOn: (id) => `To go on from here: --since ${id}`,
  badPlace: "--since takes the id of a change, such as 1700000000000-42."
}
