/** The texts for what is wrong with a command line, in Portuguese. The type of the other languages'. */

/** The catalog. */
export const usagePortuguese = {
  currentFolderGone: "A pasta em que o programa foi chamado não existe mais.",
  unknownOption: (option: string) => `Opção desconhecida: ${option}.`,
  commandBefore: (word: string) => `Falta --cmd antes de ${word}.`,
  unknownCommand: (name: string) => `Comando desconhecido: ${name}.`,
  invalidValue: (option: string, value: string, expected: string) =>
    `Valor inválido para ${option}: "${value}". Esperado: ${expected}.`,
  repeated: (option: string) => `A opção ${option} só pode ser dada uma vez.`,
  missing: (name: string) => `Falta ${name}.`,
  unexpected: (words: string) => `Argumento inesperado: ${words}.`,
  suggestions: (names: ReadonlyArray<string>) => `Seria ${names.join(" ou ")}?`,
  seeHelp: (command: string) => `Veja: ${command} --help`,
  unbalancedQuotes: "Aspas sem par no comando.",
  emptyCommand: "O comando está vazio.",
  stdinIsFolder: "A entrada padrão é uma pasta, e não comandos, um por linha.",
  onlyWith: (given: string, needed: string) => `${given} pede também ${needed}.`,
  /** A flag that is of no use to what is asked, and what it is for. */
  onlyFor: (given: string, ways: ReadonlyArray<string>) =>
    `${given} só vale com ${ways.join(" ou ")}.`,
  /** How what a flag is for is asked for. */
  ways: {
    Files: "--cmd enviar_arquivo <nome>",
    OriginalFile: "--cmd enviar_arquivo <nome>",
    Content: "--cmd GET <nome>",
    Names: "--cmd listar_arquivos [padrão]",
    Changes: "--cmd acompanhar",
    Mirror: "--mirror"
  },
  dirAndStore: "--dir e --store não podem ser dados juntos.",
  folderAndDir: (folder: string) =>
    `A pasta já foi dada, ${folder}: sem --dir e sem --store, ou sem ela.`,
  missingValue: (option: string, kind: string) => `A opção ${option} pede um valor: ${kind}.`,
  noValue: (option: string) => `A opção ${option} não leva valor.`,
  onOff: "sim ou não"
}

/** The entries of this catalog, in any language. */
export type UsageCatalog = typeof usagePortuguese
