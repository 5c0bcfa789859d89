/** Flags of `app client`: where a received file goes, and what is done on the way. */
import { optional, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** The flags of this group. */
export const saving = {
  output: optional({
    name: "output",
    kind: Kind.file,
    help: {
      pt: "Onde gravar o arquivo recebido: um arquivo, uma pasta (terminada em / ou já existente) ou - para a saída padrão",
      en: "Where to save a received file: a file, a folder (ending in / or already there), or - for standard output"
    },
    readme: {
      default: { pt: "a pasta atual", en: "the current folder" },
      text: {
        pt: "onde fica um arquivo recebido: um arquivo, uma pasta (terminada em `/`, ou já existente) ou `-` para a saída padrão",
        en: "where a received file goes: a file, a folder (ending in `/`, or there already), or `-` for standard output"
      }
    }
  }),
  // Not the negation that effect/cli gives each switch, for it stands in scripts under this name.
  noVerify: toggle({
    name: "no-verify",
    help: {
      pt: "Não confere o SHA-256 do que chega",
      en: "Do not check the SHA-256 of what arrives"
    },
    readme: {
      text: {
        pt: "não compara o SHA-256 do que chega com o do servidor",
        en: "do not compare the SHA-256 of what arrives with the server's"
      }
    }
  }),
  noOverwrite: toggle({
    name: "no-overwrite",
    help: {
      pt: "Não substitui outro arquivo que já esteja lá",
      en: "Do not replace another file that is there already"
    }
  }),
  hidden: toggle({
    name: "hidden",
    help: {
      pt: "Um padrão vale também para nomes que começam com ponto",
      en: "Have a pattern stand for names that begin with a dot as well"
    }
  }),
  clean: toggle({
    name: "clean",
    help: {
      pt: "Apaga, nas pastas em que grava, o que ficou incompleto de arquivos que o servidor não tem mais",
      en: "Remove, in the folders that are saved to, what is left unfinished of files that the server has no longer"
    }
  }),
  quiet: toggle({
    name: "quiet",
    help: {
      pt: "Não mostra o progresso nem avisos, só o que falhou",
      en: "Show no progress and no notes, only what failed"
    }
  }),
  verbose: toggle({
    name: "verbose",
    help: {
      pt: "Diz o nome de cada arquivo que já estava aqui, igual, e não só quantos",
      en: "Tell the name of each file that was here already, the same, and not only how many"
    }
  })
}
