/** The texts for what is wrong with a command line, in English. */
import type { UsageCatalog } from "./UsagePortuguese.ts"

/** The catalog. */
export const usageEnglish: UsageCatalog = {
  currentFolderGone: "The folder that the program was called in does not exist any more.",
  unknownOption: (option) => `Unknown option: ${option}.`,
  commandBefore: (word) => `--cmd is missing before ${word}.`,
  unknownCommand: (name) => `Unknown command: ${name}.`,
  invalidValue: (option, value, expected) =>
    `Invalid value for ${option}: "${value}". Expected ${expected}.`,
  repeated: (option) => `The option ${option} can be given only once.`,
  missing: (name) => `${name} is missing.`,
  unexpected: (words) => `Unexpected argument: ${words}.`,
  suggestions: (names) => `Did you mean ${names.join(" or ")}?`,
  seeHelp: (command) => `See: ${command} --help`,
  unbalancedQuotes: "Unbalanced quotes in the command.",
  emptyCommand: "The command is empty.",
  stdinIsFolder: "Standard input is a folder, and not commands, one a line.",
  onlyWith: (given, needed) => `${given} needs ${needed} as well.`,
  onlyFor: (given, ways) => `${given} is only for ${ways.join(" or ")}.`,
  ways: {
    Files: "--cmd enviar_arquivo <name>",
    OriginalFile: "--cmd enviar_arquivo <name>",
    Content: "--cmd GET <name>",
    Names: "--cmd listar_arquivos [pattern]",
    Changes: "--cmd acompanhar",
    Mirror: "--mirror"
  },
  dirAndStore: "--dir and --store cannot be given together.",
  folderAndDir: (folder) =>
    `The folder is given already, ${folder}: leave out --dir and --store, or the folder.`,
  missingValue: (option, kind) => `The option ${option} needs a value: ${kind}.`,
  noValue: (option) => `The option ${option} takes no value.`,
  onOff: "yes or no"
}
