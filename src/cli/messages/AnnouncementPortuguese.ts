/** The lines that `app serve` prints when it listens, in Portuguese. The type of the other languages'. */

/** The catalog. */
export const announcementPortuguese = {
  /** What is shared and where; `page` and `ask`, a command, are ways to ask for it. */
  listening: (
    address: string,
    folder: string,
    page: string | undefined,
    ask: string | undefined
  ): string =>
    `Servindo ${folder} em ${address}. ${[
      ...(page === undefined ? [] : [`Abra ${page}`]),
      ...(ask === undefined
        ? []
        : [`${page === undefined ? "Pergunte" : "ou pergunte"} com: ${ask}`])
    ].join(" ")}`,
  /** The second line where others can reach the server; `ask` is for one of the addresses, and needs a copy of the file `copy`. */
  reachable: (
    addresses: ReadonlyArray<string>,
    ask: string | undefined,
    copy: string | undefined
  ): string =>
    [
      `De outras máquinas: ${addresses.join(", ")}.`,
      ...(ask === undefined
        ? []
        : [
            `Pergunte de lá${copy === undefined ? "" : `, onde esteja uma cópia de ${copy},`} com: ${ask}`
          ])
    ].join(" "),
  /** Below the QR code of `page`. */
  qrCode: (page: string, isOnlyHere: boolean) =>
    isOnlyHere
      ? `O código leva a ${page}, aonde só se chega desta máquina; para um celular, --host 0.0.0.0 com uma senha ou --open.`
      : `O código leva a ${page}.`
}

/** The entries of this catalog, in any language. */
export type AnnouncementCatalog = typeof announcementPortuguese
