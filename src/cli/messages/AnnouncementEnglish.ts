/** The lines that `app serve` prints when it listens, in English. */
import type { AnnouncementCatalog } from "./AnnouncementPortuguese.ts"

/** The catalog. */
export const announcementEnglish: AnnouncementCatalog = {
  listening: (address, folder, page, ask) =>
    `Serving ${folder} at ${address}. ${[
      ...(page === undefined ? [] : [`Open ${page}`]),
      ...(ask === undefined ? [] : [`${page === undefined ? "Ask" : "or ask"} with: ${ask}`])
    ].join(" ")}`,
  reachable: (addresses, ask, copy) =>
    [
      `From other machines: ${addresses.join(", ")}.`,
      ...(ask === undefined
        ? []
        : [`Ask from there${copy === undefined ? "" : `, with a copy of ${copy},`} with: ${ask}`])
    ].join(" "),
  qrCode: (page, isOnlyHere) =>
    isOnlyHere
      ? `The code leads to ${page}, which only this machine reaches; for a phone, --host 0.0.0.0 with a password or --open.`
      : `The code leads to ${page}.`
}
