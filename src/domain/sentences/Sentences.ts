/**
 * Every sentence with which the server refuses, as it is sent; those in English are Redis's. `{}` stands for what a sentence
 * is about. A code that has one sentence is its name; code ERR has the others, where nothing else is said. The client says
 * each in the person's language (cli/messages).
 */
export const sentences = {
  NOTFOUND: "Arquivo não encontrado!",
  CHANGED: "Arquivo mudou; recomece.",
  RANGE: "Início além do fim do arquivo; tamanho {}.",
  UNAVAILABLE: "Armazenamento indisponível; tente novamente.",
  NOCHANGES: "Este servidor não acompanha mudanças.",
  LOADING: "Servidor encerrando.",
  NOTLS: "Este servidor só fala TLS.",
  NOAUTH: "Authentication required.",
  WRONGPASS: "invalid username-password pair or user is disabled.",
  NOPROTO: "unsupported protocol version",
  WRONGTYPE: "Operation against a key holding the wrong kind of value",
  EXECABORT: "Transaction discarded because of previous errors.",
  /** The client's own, of a request that cannot be sent. */
  ONEARGUMENT: "Em pickle, um comando leva um só argumento.",

  unknownCommand: "Comando desconhecido. (unknown command '{}')",
  /** The original project's, in pickle. */
  unknownVerb: "Comando desconhecido.",
  unknownSubcommand: "unknown subcommand '{}'. Try {} HELP.",
  wrongArity: "wrong number of arguments for '{}' command",
  readOnly: "Servidor somente leitura: '{}' não é aceito. (read-only server)",
  /** In pickle, which has no way to give a password. */
  denied: "Acesso negado.",
  tooManyClients: "max number of clients reached",

  invalidOption: "Opção inválida '{}'.",
  notACount: "{} deve ser um número inteiro, zero ou maior.",
  notUtf8: "O argumento não está em UTF-8.",
  tooManyNamed: "Mais de {} argumentos.",
  patternTooLong: "O padrão passa de {} bytes.",
  limitTooLarge: "LIMITE vai até {}.",
  tooManyNames: "Mais de {} nomes: peça em partes, com LIMITE n e depois APOS o último nome.",
  tooManyKeys: "Mais de {} nomes: use SCAN, ou um padrão mais estreito.",
  needsDetails: "RESUMO só vale com COM detalhes.",
  syntaxError: "syntax error",
  notAnInteger: "value is not an integer or out of range",
  invalidCursor: "invalid cursor",
  noSuchKey: "no such key",

  tooManyChannels: "Mais de {} canais.",
  followsEnough: "A conexão já acompanha tantos canais quantos pode.",
  tooManyEntries: "Mais de {} mudanças: use COUNT, e depois o id da última.",
  invalidId: "Invalid stream ID specified as stream command argument",
  invalidTimeout: "timeout is not an integer or out of range",
  negativeTimeout: "timeout is negative",
  unbalancedStreams:
    "Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
  groupOnly: "The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
  subscribed:
    "Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
  /** With the code EXECABORT. */
  subscribedExec:
    "Transaction discarded because of: Can't execute 'exec': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",

  nested: "MULTI calls can not be nested",
  watchInside: "WATCH inside MULTI is not allowed",
  execWithoutMulti: "EXEC without MULTI",
  discardWithoutMulti: "DISCARD without MULTI",
  notInside: "Command not allowed inside a transaction",
  transactionTooLarge: "A transação passa do limite de memória.",
  tooMuchWatched: "WATCH passa do limite de memória.",

  /** With the code NOAUTH. */
  helloUnauthenticated:
    "HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option "
    + "can be used to authenticate the client and select the RESP protocol version at the same time",
  helloVersion: "Protocol version is not an integer or out of range",
  helloOption: "Syntax error in HELLO option '{}'",
  noPasswordConfigured:
    "AUTH <password> called without any password configured for the default user. "
    + "Are you sure your configuration is correct?",
  invalidClientName: "Client names cannot contain spaces, newlines or special characters.",
  invalidClientId: "Invalid client ID",
  unknownClientType: "Unknown client type '{}'",
  unrecognizedOption: "Unrecognized option '{}'",
  noSuchDatabase: "DB index is out of range",

  slowlogCount: "count should be greater than or equal to -1",
  noSamples: "No samples available for event '{}'",
  noCluster: "This instance has cluster support disabled",
  frequencyNotTracked:
    "An LFU maxmemory policy is not selected, access frequency not tracked. "
    + "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  notificationClasses:
    "CONFIG SET failed (possibly related to argument '{}') - Invalid event class character. Use 'Ag$lshzxeKEtmdn'.",

  tooBigCount: "Protocol error: too big mbulk count string",
  invalidCount: "Protocol error: invalid multibulk length",
  tooBigLength: "Protocol error: too big bulk count string",
  invalidLength: "Protocol error: invalid bulk length",
  unauthenticatedCount: "Protocol error: unauthenticated multibulk length",
  unauthenticatedLength: "Protocol error: unauthenticated bulk length",
  tooBigInline: "Protocol error: too big inline request",
  unbalancedQuotes: "Protocol error: unbalanced quotes in request",
  notALength: "Protocol error: expected '$', got '{}'",
  noTls: "Protocol error: TLS is not spoken here"
} as const

/** The name of a sentence. */
export type SentenceName = keyof typeof sentences
