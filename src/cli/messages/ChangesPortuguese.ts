/** The texts of `app client --cmd acompanhar`. */

/** The catalog. */
export const changesPortuguese = {
  /** What happened, before a file's name. */
  created: "criado",
  changed: "alterado",
  deleted: "apagado",
  rescan: "Mudanças podem ter passado despercebidas: olhe tudo de novo.",
  goOn: (id: string) => `Para continuar daqui: --since ${id}`,
  badPlace: "--since leva o id de uma mudança, como 1700000000000-42."
}

/** The entries of this catalog, in any language. */
export type ChangesCatalog = typeof changesPortuguese
