/** What the page says in Portuguese. The menu is that of the original client, and is the same in every language. */

/** The menu of five. */
export const menu = ["CONSULTA", "HORA", "ARQUIVO", "LISTAR", "SAIR"] as const

/** What CONSULTA, HORA, ARQUIVO, LISTAR and SAIR do, for who does not know, and all else that is read on the page. */
export const portuguese = {
  code: "pt-BR",
  other: { code: "en", name: "English" },
  menuLabel: "Menu",
  menuTitles: [
    "Quem é o servidor",
    "A hora do servidor",
    "Procurar um arquivo",
    "Listar a pasta compartilhada",
    "Até logo"
  ],
  goodbye: "Adeus!",
  root: "Arquivos",
  top: "Início",
  path: "Caminho",
  skip: "Ir para a lista",
  search: "Procurar nesta pasta",
  searchHint: "Parte do nome, ou um padrão como *.pdf",
  searchButton: "Procurar",
  found: (pattern: string) => `Resultados de “${pattern}”`,
  nothingFound: "Nada foi encontrado.",
  endSearch: "Voltar à pasta",
  list: (folder: string) => `Conteúdo de ${folder}`,
  name: "Nome",
  size: "Tamanho",
  modified: "Modificado",
  actions: "Baixar",
  download: (name: string) => `Baixar ${name}`,
  folder: "pasta",
  empty: "Esta pasta está vazia.",
  entries: (count: number) => (count === 1 ? "1 item" : `${count} itens`),
  more: (count: number) => `${count} itens nesta página; há mais.`,
  first: "Primeira página",
  next: "Próxima página",
  archive: "Baixar a pasta inteira (.tar)",
  readmeCut: "Só o começo é mostrado.",
  check: "Conferir um arquivo do disco",
  checkHint:
    "Escolha ou arraste para cá arquivos que baixou: a soma SHA-256 é comparada com a do servidor.",
  checking: "conferindo…",
  checkGood: "igual ao do servidor",
  checkBad: "DIFERENTE do que está no servidor",
  checkUnknown: "não há arquivo com este nome nesta lista",
  checkFailed: "não foi possível conferir",
  close: "Fechar",
  previous: "Anterior",
  following: "Seguinte",
  open: "Abrir em outra aba",
  noPreview: "Não há prévia deste tipo de arquivo.",
  previewFailed: "A prévia não pôde ser mostrada.",
  visible: "visíveis",
  keys: "Teclas: / procura, setas escolhem, Enter abre, Esc fecha."
}

/** What every language says. */
export type Texts = typeof portuguese
