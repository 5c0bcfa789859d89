/** Flags of `app client`: a folder that is kept up to date. None is taken from the environment: they delete and overwrite. */
import { optional, repeated, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** A number of files, or a percentage of those that are known. */
const maxDelete: Kind.Kind<{ readonly files: number } | { readonly percent: number }> = {
  parse: (text) => {
    const [, percent] = /^(\d{1,3})%$/.exec(text) ?? []
    if (percent !== undefined)
      return Number(percent) <= 100 ? { percent: Number(percent) } : undefined
    const files = Kind.count.parse(text)
    return files === undefined ? undefined : { files }
  },
  expected: {
    pt: "um número de arquivos, como 20, ou uma porcentagem, como 50%",
    en: "a number of files, such as 20, or a percentage, such as 50%"
  },
  placeholder: { pt: "número|%", en: "number|%" }
}

/** The flags of this group. */
export const mirroring = {
  mirror: optional({
    name: "mirror",
    variable: false,
    kind: Kind.folder,
    help: {
      pt: "Mantém uma pasta igual à do servidor: busca só o que mudou",
      en: "Keep a folder as the server's is: fetch only what changed"
    },
    readme: {
      operands: { pt: "PASTA [PADRÃO…]", en: "FOLDER [PATTERN…]" },
      text: {
        pt: "[mantém uma pasta](mirror.pt-BR.md) igual à do servidor: busca só o que mudou",
        en: "[keep a folder](mirror.md) as the server's is: fetch only what changed"
      }
    }
  }),
  exclude: repeated({
    name: "exclude",
    variable: false,
    kind: { ...Kind.text, placeholder: { pt: "padrão", en: "pattern" } },
    help: {
      pt: "O que não é espelhado nem apagado; pode ser dada várias vezes",
      en: "What is neither mirrored nor deleted; may be given several times"
    }
  }),
  delete: toggle({
    name: "delete",
    variable: false,
    help: {
      pt: "Apaga, por último, o que o espelho tinha trazido e o servidor não tem mais",
      en: "Delete, last of all, what the mirror had brought and the server no longer has"
    }
  }),
  maxDelete: optional({
    name: "max-delete",
    variable: false,
    kind: maxDelete,
    without: { pt: "padrão 50%", en: "default 50%" },
    help: {
      pt: "Quantos arquivos apagar no máximo; se forem mais, nada é feito",
      en: "How many files to delete at most; if there are more, nothing is done"
    },
    readme: { default: { pt: "`50%`", en: "`50%`" } }
  }),
  dryRun: toggle({
    name: "dry-run",
    variable: false,
    help: {
      pt: "Só mostra o que seria feito, uma linha por arquivo",
      en: "Only show what would be done, a line a file"
    }
  }),
  checksum: toggle({
    name: "checksum",
    variable: false,
    help: {
      pt: "Compara o SHA-256 de cada arquivo, e não só tamanho, data e versão",
      en: "Compare the SHA-256 of each file, not only size, time and version"
    }
  }),
  force: toggle({
    name: "force",
    variable: false,
    help: {
      pt: "Substitui também o que foi mudado à mão; com --delete, apaga também o que o espelho não trouxe",
      en: "Replace what was changed by hand as well; with --delete, delete what the mirror did not bring as well"
    }
  }),
  backup: optional({
    name: "backup",
    variable: false,
    kind: Kind.folder,
    help: {
      pt: "Onde guardar uma cópia do que --force substitui ou apaga",
      en: "Where to keep a copy of what --force replaces or deletes"
    }
  }),
  follow: toggle({
    name: "follow",
    variable: false,
    help: {
      pt: "Não termina: traz as mudanças à medida que acontecem",
      en: "Do not end: bring changes as they happen"
    }
  }),
  every: optional({
    name: "every",
    variable: false,
    kind: Kind.duration,
    without: { pt: "padrão 30s", en: "default 30s" },
    help: {
      pt: "Quanto esperar entre duas comparações de tudo, como 30s ou 5m; inclui --follow",
      en: "How long to wait between two comparisons of everything, such as 30s or 5m; includes --follow"
    },
    readme: { default: { pt: "`30s`", en: "`30s`" } }
  })
}
