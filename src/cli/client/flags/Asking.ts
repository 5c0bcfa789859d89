/** Flags of `app client`: what is asked, and how the answer is printed. */
import { optional, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

const wholeFile = { default: { pt: "o arquivo inteiro", en: "the whole file" } }

/** The flags of this group. */
export const asking = {
  // Never from the environment, for it is the question itself.
  cmd: optional({
    name: "cmd",
    variable: false,
    kind: { ...Kind.text, placeholder: { pt: "comando", en: "command" } },
    help: {
      pt: 'Comando a enviar, como hora_atual ou "enviar_arquivo file1.txt"',
      en: 'Command to send, such as hora_atual or "enviar_arquivo file1.txt"'
    },
    readme: {
      operands: { pt: "COMANDO [ARGUMENTOS…]", en: "COMMAND [ARGUMENTS…]" },
      text: {
        pt: "uma pergunta; sem ela, um menu num terminal, senão um comando por linha da entrada padrão",
        en: "one question; without it a menu on a terminal, else one command a line of standard input"
      }
    }
  }),
  // A part of a file is asked for by flags, since all words are names.
  start: optional({
    name: "start",
    variable: false,
    kind: Kind.count,
    help: {
      pt: "Primeiro byte da parte desejada do arquivo, a contar de 0",
      en: "First byte of the part of the file that is wanted, counted from 0"
    },
    readme: wholeFile
  }),
  length: optional({
    name: "length",
    variable: false,
    kind: Kind.count,
    help: { pt: "Quantos bytes do arquivo, no máximo", en: "How many bytes of the file, at most" },
    readme: wholeFile
  }),
  long: toggle({
    name: "long",
    variable: false,
    help: {
      pt: "Lista também o tamanho e a data de cada arquivo",
      en: "List each file's size and date as well"
    }
  }),
  since: optional({
    name: "since",
    variable: false,
    kind: { ...Kind.text, placeholder: { pt: "id", en: "id" } },
    help: {
      pt: "Mudança depois da qual acompanhar continua",
      en: "Change behind which acompanhar goes on"
    },
    readme: { default: { pt: "de agora em diante", en: "from now on" } }
  }),
  json: toggle({
    name: "json",
    help: {
      pt: "Imprime o resultado como um valor JSON",
      en: "Print the result as one JSON value"
    }
  })
}
