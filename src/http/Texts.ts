/** The sentences of responses that are no file and no page, in both languages, a line each: nobody asks curl for its language. */

const both = (portuguese: string, english: string): string => `${portuguese}\n${english}\n`

/** The sentences. */
export const words = {
  notFound: both("Arquivo não encontrado!", "File not found!"),
  unavailable: both(
    "Armazenamento indisponível; tente novamente.",
    "The storage is not available; try again."
  ),
  changed: both("Arquivo mudou; recomece.", "The file has changed; start again."),
  range: (size: number) =>
    both(
      `Início além do fim do arquivo; tamanho ${size}.`,
      `The range begins past the end of the file; its size is ${size}.`
    ),
  noChanges: both("Este servidor não acompanha mudanças.", "This server does not follow changes."),
  badPosition: both(
    "“desde” é o id de uma mudança, como 1700000000000-1.",
    "“desde” is the id of a change, such as 1700000000000-1."
  ),
  longPattern: both("O padrão é longo demais.", "The pattern is too long."),
  draining: both("Servidor encerrando.", "The server is about to stop."),
  healthy: "ok\n",
  readOnly: both(
    "Servidor somente leitura: só GET, HEAD e OPTIONS.",
    "This server is read-only: GET, HEAD and OPTIONS only."
  ),
  malformedPath: both("O caminho está mal escrito.", "The path is malformed."),
  passwordRequired: both("É preciso uma senha.", "A password is required."),
  crossSite: both(
    "Pedido vindo da página de outro site; veja --cors.",
    "A request from another site's page; see --cors."
  ),
  unknownHost: both(
    "Este servidor não atende por este nome; veja --http-host.",
    "This server does not answer to this name; see --http-host."
  )
} as const
