/** The texts of `app client --mirror`, in Portuguese. The type of the other languages'. */

/** How many files of each kind, and how much, as people read it. */
interface Totals {
  readonly new: number
  readonly changed: number
  readonly renamed: number
  readonly touched: number
  readonly gone: number
  readonly kept: number
  readonly failed: number
  readonly amount: string
}

const joined = (first: string, parts: ReadonlyArray<readonly [count: number, text: string]>) =>
  [first, ...parts.flatMap(([count, text]) => (count > 0 ? [`${text}: ${count}`] : []))].join("; ")

/** The catalog. */
export const mirrorPortuguese = {
  plan: (totals: Totals) =>
    `${joined(`Plano: novos: ${totals.new}`, [
      [totals.changed, "mudados"],
      [totals.renamed, "renomeados"],
      [totals.touched, "só a data"],
      [totals.gone, "sumidos"],
      [totals.kept, "mantidos"]
    ])}; a receber: ${totals.amount}.`,
  upToDate: (files: number) => `Nada a fazer: ${files} arquivos iguais.`,
  done: (totals: Totals) =>
    `${joined(`Recebidos: ${totals.new + totals.changed} (${totals.amount})`, [
      [totals.renamed, "renomeados"],
      [totals.touched, "só a data"],
      [totals.gone, "apagados"],
      [totals.kept, "mantidos"],
      [totals.failed, "com erro"]
    ])}.`,
  /** The first word of a line a file. */
  steps: {
    new: "novo",
    changed: "mudado",
    renamed: "renomeado",
    touched: "data",
    deleted: "apagado",
    kept: "mantido",
    failed: "erro"
  },
  /** Why a file was kept. */
  kept: {
    edited: "foi mudado aqui à mão",
    unknown: "não foi o espelho que o trouxe, e é diferente",
    obstructed: "há no lugar dele algo que não é um arquivo comum, ou uma pasta que não o é",
    changedMeanwhile: "mudou aqui durante a execução"
  },
  busy: (folder: string) => `Outro espelho está trabalhando em ${folder}.`,
  stateUnreadable:
    "O arquivo de estado do espelho está ilegível: tudo é comparado pelo SHA-256, e nada do que está aqui é apagado.",
  refused: {
    empty: (gone: number) =>
      `O servidor não lista arquivo algum, e ${gone} seriam apagados. Nada foi feito; se é isso mesmo, use --max-delete.`,
    half: (gone: number, known: number) =>
      `${gone} de ${known} arquivos seriam apagados. Nada foi feito; se é isso mesmo, use --max-delete.`,
    limit: (gone: number, known: number) =>
      `${gone} de ${known} arquivos seriam apagados, mais que --max-delete. Nada foi feito.`
  },
  tooManyFiles: (most: number) => `O servidor lista mais de ${most} arquivos. Nada foi feito.`,
  backupInside: "--backup tem de ficar fora da pasta do espelho.",
  respOnly: "--mirror não fala com servidores do projeto original: tire --protocol pickle.",
  notTogether: "--mirror e --cmd não podem ser dados juntos."
}

/** The entries of this catalog, in any language. */
export type MirrorCatalog = typeof mirrorPortuguese
