/** Every sentence a person reads, in Portuguese and in English. Both catalogs have the same shape, or do not compile. */
import type { Language } from "./Language.ts"

/** A catalog. */
export interface Messages {
  /** Descriptions in `--help`. */
  readonly help: {
    readonly app: string
    readonly serve: string
    readonly client: string
    readonly host: string
    readonly port: string
    readonly dir: string
    readonly hidden: string
    readonly maxConnections: string
    readonly maxPerAddress: string
    readonly idleTimeout: string
    readonly requestTimeout: string
    readonly stallTimeout: string
    readonly passwordFile: string
    readonly open: string
    readonly drainDelay: string
    readonly grace: string
    readonly maxRate: string
    readonly maxTotalRate: string
    readonly pickle: string
    readonly cmd: string
    readonly arguments: string
    readonly output: string
    readonly json: string
    readonly protocol: string
    readonly timeout: string
    readonly retries: string
    readonly quiet: string
    readonly noVerify: string
    readonly noOverwrite: string
    readonly start: string
    readonly length: string
    readonly long: string
    readonly help: string
    readonly version: string
    readonly completions: string
    /** The headings that effect/cli has in English, and what stands in their place. */
    readonly headings: ReadonlyArray<readonly [english: string, heading: string]>
    readonly examples: {
      readonly time: string
      readonly send: string
      readonly menu: string
      readonly serve: string
      readonly anyPort: string
    }
  }
  /** What is wrong with a command line. */
  readonly usage: {
    readonly unknownOption: (option: string) => string
    readonly unknownCommand: (name: string) => string
    readonly invalidValue: (option: string, value: string, expected: string) => string
    readonly repeated: (option: string) => string
    readonly missing: (name: string) => string
    readonly unexpected: (words: string) => string
    readonly suggestions: (names: ReadonlyArray<string>) => string
    readonly seeHelp: (command: string) => string
    readonly unbalancedQuotes: string
    readonly emptyCommand: string
    readonly expected: {
      readonly port: string
      readonly duration: string
      readonly count: string
      readonly rate: string
      readonly limit: string
      readonly protocol: string
    }
  }
  /** The line that `serve` says when it is ready. */
  readonly serving: (address: string, folder: string, ask: string) => string
  /** Why `serve` did not start. */
  readonly startUp: {
    readonly portTaken: (address: string) => string
    readonly portForbidden: (address: string) => string
    readonly noSuchAddress: (address: string) => string
    readonly cannotListen: (address: string, reason: string) => string
    readonly folderMissing: (folder: string) => string
    readonly notAFolder: (folder: string) => string
    readonly folderForbidden: (folder: string) => string
    readonly folderUnusable: (folder: string, reason: string) => string
    readonly notOnWindows: string
    readonly passwordFileUnusable: (file: string, reason: string) => string
    readonly noPassword: string
    readonly unprotected: (address: string) => string
  }
  /** Why a question was not answered. */
  readonly client: {
    readonly cannotConnect: (address: string, reason: string) => string
    readonly connectTimeout: (address: string) => string
    readonly connectionLost: (address: string) => string
    readonly serverSilent: (address: string, seconds: number) => string
    readonly malformedReply: (address: string, reason: string) => string
    readonly refused: (code: string, message: string) => string
    readonly strangeName: (name: string) => string
    readonly cannotSave: (path: string, reason: string) => string
    readonly mismatch: (name: string) => string
    readonly oneFileForMany: (output: string) => string
    readonly retrying: (address: string, attempt: number, retries: number) => string
    readonly same: (path: string) => string
    readonly kept: (path: string) => string
    readonly failed: (name: string, reason: string) => string
    readonly summary: (counts: {
      readonly saved: number
      readonly same: number
      readonly kept: number
      readonly failed: number
    }) => string
    readonly verifying: string
    readonly lineSkipped: (line: number, reason: string) => string
  }
  /** The client's own sentences for the codes of refusals it knows. */
  readonly refusals: ReadonlyMap<string, string>
  /** The client's own words for the reasons the system gives, by code (errno). */
  readonly reasons: ReadonlyMap<string, string>
  /** The menu. */
  readonly menu: {
    readonly question: string
    readonly file: string
    readonly filter: string
    readonly placeholder: string
    readonly nothing: string
    readonly noFiles: string
    readonly saved: (path: string, size: number) => string
  }
}

const pt: Messages = {
  help: {
    app: "Compartilha uma pasta por TCP e a consulta; qualquer cliente Redis também serve.",
    serve: "Compartilha uma pasta, só para leitura, em um endereço TCP.",
    client:
      "Consulta um servidor: com --cmd, uma pergunta; num terminal, um menu; senão, um comando por linha da entrada padrão.",
    host: "Endereço [APP_HOST, padrão 127.0.0.1]",
    port: "Porta TCP, de 0 a 65535 [APP_PORT, padrão 65432]",
    dir: "Pasta a compartilhar [APP_DIR, padrão DB]",
    maxConnections: "Quantas conexões, no máximo [APP_MAX_CONNECTIONS, padrão 10000]",
    maxPerAddress:
      "Quantas conexões de um endereço (em IPv6, de um /64), no máximo; desta máquina, quantas vierem [APP_MAX_CONNECTIONS_PER_ADDRESS, padrão 256]",
    idleTimeout:
      "Fecha conexões sem uso por este tempo, 0 para nunca [APP_IDLE_TIMEOUT, padrão 10m]",
    requestTimeout:
      "Quanto um comando começado pode demorar a chegar inteiro [APP_REQUEST_TIMEOUT, padrão 30s]",
    stallTimeout:
      "Corta quem nada recebe por este tempo no meio de uma resposta, 0 para nunca [APP_STALL_TIMEOUT, padrão 1m]",
    passwordFile:
      "Arquivo com senhas, uma por linha; sem ele, a senha é a da variável APP_PASSWORD [APP_PASSWORD_FILE]",
    open: "Atende sem senha em um endereço que não é só desta máquina [APP_OPEN]",
    drainDelay:
      "Quanto ainda atender depois da ordem de parar, com PING recusado, para um balanceador perceber [APP_DRAIN_DELAY, padrão 0s]",
    grace: "Quanto as transferências podem durar depois da ordem de parar [APP_GRACE, padrão 30s]",
    maxRate: "Bytes por segundo, no máximo, de cada conexão, como 10MiB [APP_MAX_RATE, sem limite]",
    maxTotalRate:
      "Bytes por segundo, no máximo, de todas as conexões juntas [APP_MAX_TOTAL_RATE, sem limite]",
    hidden: "Compartilha também nomes que começam com ponto [APP_HIDDEN]",
    pickle:
      "Fala pickle, com os clientes Python do projeto original, em qualquer endereço e não só na própria máquina [APP_PICKLE]",
    cmd: 'Comando a enviar, como hora_atual ou "enviar_arquivo file1.txt"',
    arguments: "Argumentos do comando",
    output:
      "Onde gravar o arquivo recebido: um arquivo, uma pasta (terminada em / ou já existente) ou - para a saída padrão [APP_OUTPUT]",
    json: "Imprime o resultado como um valor JSON [APP_JSON]",
    protocol:
      "O que se fala com o servidor: resp, ou pickle com um servidor do projeto original [APP_PROTOCOL, padrão resp]",
    timeout:
      "Quanto esperar pela conexão e, depois, por um servidor calado, como 500ms, 5s ou 1m [APP_TIMEOUT, padrão 10s e 15s]",
    retries: "Quantas conexões perdidas refazer em uma execução [APP_RETRIES, padrão 5]",
    quiet: "Não mostra o progresso [APP_QUIET]",
    noVerify: "Não confere o SHA-256 do que chega [APP_NO_VERIFY]",
    noOverwrite: "Não substitui outro arquivo que já esteja lá [APP_NO_OVERWRITE]",
    start: "Primeiro byte da parte desejada do arquivo, a contar de 0",
    length: "Quantos bytes do arquivo, no máximo",
    long: "Lista também o tamanho e a data de cada arquivo",
    help: "Mostra esta ajuda",
    version: "Mostra a versão",
    completions: "Imprime o script de completação do shell",
    headings: [
      ["DESCRIPTION", "DESCRIÇÃO"],
      ["USAGE", "USO"],
      ["ARGUMENTS", "ARGUMENTOS"],
      ["GLOBAL FLAGS", "OPÇÕES GERAIS"],
      ["FLAGS", "OPÇÕES"],
      ["SUBCOMMANDS", "COMANDOS"],
      ["EXAMPLES", "EXEMPLOS"],
      ["<subcommand>", "<comando>"],
      ["[flags]", "[opções]"],
      ["(optional)", "(opcional)"]
    ],
    examples: {
      time: "A hora do servidor",
      send: "Recebe um arquivo na pasta atual",
      menu: "O menu",
      serve: "Compartilha a pasta DB em 127.0.0.1:65432",
      anyPort: "Outra pasta, em qualquer porta livre"
    }
  },
  usage: {
    unknownOption: (option) => `Opção desconhecida: ${option}.`,
    unknownCommand: (name) => `Comando desconhecido: ${name}.`,
    invalidValue: (option, value, expected) =>
      `Valor inválido para ${option}: "${value}". Esperado: ${expected}.`,
    repeated: (option) => `A opção ${option} só pode ser dada uma vez.`,
    missing: (name) => `Falta ${name}.`,
    unexpected: (words) => `Argumento inesperado: ${words}.`,
    suggestions: (names) => `Seria ${names.join(" ou ")}?`,
    seeHelp: (command) => `Veja: ${command} --help`,
    unbalancedQuotes: "Aspas sem par no comando.",
    emptyCommand: "O comando está vazio.",
    expected: {
      port: "um número inteiro de 0 a 65535",
      count: "um número inteiro, zero ou maior",
      limit: "um número inteiro, um ou maior",
      rate: "um tamanho como 500KiB, 10MiB ou 1GB",
      duration: "uma duração como 500ms, 5s, 1m ou 2h",
      protocol: "resp ou pickle"
    }
  },
  serving: (address, folder, ask) => `Servindo ${folder} em ${address}. Pergunte com: ${ask}`,
  startUp: {
    portTaken: (address) => `O endereço ${address} já está em uso.`,
    portForbidden: (address) => `Sem permissão para escutar em ${address}.`,
    noSuchAddress: (address) => `O endereço ${address} não é desta máquina.`,
    cannotListen: (address, reason) => `Não foi possível escutar em ${address}: ${reason}.`,
    folderMissing: (folder) => `A pasta ${folder} não existe.`,
    notAFolder: (folder) => `${folder} não é uma pasta.`,
    folderForbidden: (folder) => `Sem permissão para ler a pasta ${folder}.`,
    folderUnusable: (folder, reason) => `A pasta ${folder} não pode ser compartilhada: ${reason}.`,
    passwordFileUnusable: (file, reason) => `O arquivo de senhas ${file} não serve: ${reason}.`,
    noPassword: "não há senha nele",
    unprotected: (address) =>
      `Sem senha, ${address} ficaria aberto a qualquer um: defina APP_PASSWORD ou --password-file, ou use --open se é isso mesmo.`,
    notOnWindows: "app serve não funciona no Windows; app client, sim."
  },
  client: {
    cannotConnect: (address, reason) => `Não foi possível conectar a ${address}: ${reason}.`,
    connectTimeout: (address) => `Não foi possível conectar a ${address}: sem resposta.`,
    connectionLost: (address) => `A conexão com ${address} caiu.`,
    serverSilent: (address, seconds) => `O servidor ${address} ficou calado por ${seconds} s.`,
    malformedReply: (address, reason) => `Resposta incompreensível de ${address}: ${reason}.`,
    refused: (code, message) => `${code} ${message}`,
    strangeName: (name) =>
      `O servidor mandou um arquivo com outro nome: "${name}". Nada foi gravado.`,
    cannotSave: (path, reason) => `Não foi possível gravar ${path}: ${reason}.`,
    mismatch: (name) =>
      `O que chegou de ${name} não confere com o SHA-256 do servidor. Nada foi gravado.`,
    oneFileForMany: (output) =>
      `Vários arquivos não cabem em um só: ${output}. Para uma pasta, termine com /.`,
    retrying: (address, attempt, retries) =>
      `A conexão com ${address} caiu; tentativa ${attempt} de ${retries}.`,
    same: (path) => `${path} já estava aqui, igual.`,
    kept: (path) => `${path} já estava aqui, diferente, e foi mantido.`,
    failed: (name, reason) => `${name}: ${reason}`,
    summary: ({ failed, kept, same, saved }) =>
      [
        `Recebidos: ${saved}`,
        ...(same > 0 ? [`iguais: ${same}`] : []),
        ...(kept > 0 ? [`mantidos: ${kept}`] : []),
        ...(failed > 0 ? [`com erro: ${failed}`] : [])
      ].join("; ") + ".",
    verifying: "conferindo",
    lineSkipped: (line, reason) => `Linha ${line}: ${reason}`
  },
  refusals: new Map([
    ["NOTFOUND", "Arquivo não encontrado!"],
    ["CHANGED", "O arquivo mudou; recomece."],
    ["RANGE", "O início pedido fica além do fim do arquivo."],
    ["UNAVAILABLE", "Armazenamento indisponível; tente novamente."],
    ["NOAUTH", "O servidor pede uma senha."],
    ["WRONGPASS", "Senha errada."],
    ["ONEARGUMENT", "Em pickle, um comando leva um só argumento."]
  ]),
  reasons: new Map([
    ["ECONNREFUSED", "conexão recusada"],
    ["ENOTFOUND", "nome desconhecido"],
    ["EAI_AGAIN", "o nome não pôde ser resolvido agora"],
    ["EHOSTUNREACH", "máquina inalcançável"],
    ["ENETUNREACH", "rede inalcançável"],
    ["ETIMEDOUT", "sem resposta"],
    ["ECONNRESET", "a conexão foi cortada"],
    ["EADDRNOTAVAIL", "endereço indisponível"],
    ["EACCES", "sem permissão"],
    ["EPERM", "sem permissão"],
    ["EISDIR", "é uma pasta"],
    ["ENOTDIR", "parte do caminho não é uma pasta"],
    ["EEXIST", "já existe"],
    ["ENOTEMPTY", "é uma pasta"],
    ["ENOENT", "a pasta não existe"],
    ["ENAMETOOLONG", "nome longo demais"],
    ["ENOSPC", "disco cheio"],
    ["EDQUOT", "cota de disco esgotada"],
    ["EROFS", "sistema de arquivos só para leitura"],
    ["EMFILE", "arquivos abertos demais"],
    ["EIO", "erro de entrada e saída"]
  ]),
  menu: {
    question: "Escolha um comando:",
    file: "Qual arquivo?",
    filter: "filtro",
    placeholder: "digite para filtrar",
    nothing: "nada com esse nome",
    noFiles: "Nenhum arquivo.",
    saved: (path, size) => `Gravado em ${path} (${size} bytes).`
  }
}

const en: Messages = {
  help: {
    app: "Shares a folder over TCP and asks for it; any Redis client will do as well.",
    serve: "Shares a folder, read-only, at a TCP address.",
    client:
      "Asks a server: with --cmd one question; on a terminal a menu; else one command a line of standard input.",
    host: "Address [APP_HOST, default 127.0.0.1]",
    port: "TCP port, 0 to 65535 [APP_PORT, default 65432]",
    dir: "Folder to share [APP_DIR, default DB]",
    maxConnections: "How many connections, at most [APP_MAX_CONNECTIONS, default 10000]",
    maxPerAddress:
      "How many connections from one address (in IPv6, from one /64), at most; from this machine, as many as come [APP_MAX_CONNECTIONS_PER_ADDRESS, default 256]",
    idleTimeout:
      "Close connections unused for so long, 0 for never [APP_IDLE_TIMEOUT, default 10m]",
    requestTimeout:
      "How long a command that was begun may take to be complete [APP_REQUEST_TIMEOUT, default 30s]",
    stallTimeout:
      "Cut off who takes nothing for so long in the middle of an answer, 0 for never [APP_STALL_TIMEOUT, default 1m]",
    passwordFile:
      "File with passwords, one a line; without it, the password is the variable APP_PASSWORD's [APP_PASSWORD_FILE]",
    open: "Serve without a password at an address that is not of this machine alone [APP_OPEN]",
    drainDelay:
      "How long to go on serving after the order to stop, with PING refused, for a balancer to notice [APP_DRAIN_DELAY, default 0s]",
    grace: "How long transfers may go on after the order to stop [APP_GRACE, default 30s]",
    maxRate: "Bytes a second, at most, of each connection, such as 10MiB [APP_MAX_RATE, unlimited]",
    maxTotalRate:
      "Bytes a second, at most, of all connections together [APP_MAX_TOTAL_RATE, unlimited]",
    hidden: "Share names that begin with a dot as well [APP_HIDDEN]",
    pickle:
      "Speak pickle, with the original project's Python clients, at every address and not on this machine alone [APP_PICKLE]",
    cmd: 'Command to send, such as hora_atual or "enviar_arquivo file1.txt"',
    arguments: "The command's arguments",
    output:
      "Where to save a received file: a file, a folder (ending in / or already there), or - for standard output [APP_OUTPUT]",
    json: "Print the result as one JSON value [APP_JSON]",
    protocol:
      "What is spoken with the server: resp, or pickle with a server of the original project [APP_PROTOCOL, default resp]",
    timeout:
      "How long to wait for a connection, and then for a silent server, such as 500ms, 5s or 1m [APP_TIMEOUT, default 10s and 15s]",
    retries: "How many lost connections to make good in one run [APP_RETRIES, default 5]",
    quiet: "Show no progress [APP_QUIET]",
    noVerify: "Do not check the SHA-256 of what arrives [APP_NO_VERIFY]",
    noOverwrite: "Do not replace another file that is there already [APP_NO_OVERWRITE]",
    start: "First byte of the part of the file that is wanted, counted from 0",
    length: "How many bytes of the file, at most",
    long: "List each file's size and date as well",
    help: "Show this help",
    version: "Show the version",
    completions: "Print the shell's completion script",
    headings: [],
    examples: {
      time: "The server's time",
      send: "Receive a file into the current folder",
      menu: "The menu",
      serve: "Share the folder DB at 127.0.0.1:65432",
      anyPort: "Another folder, at any free port"
    }
  },
  usage: {
    unknownOption: (option) => `Unknown option: ${option}.`,
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
    expected: {
      port: "a whole number from 0 to 65535",
      count: "a whole number, zero or more",
      limit: "a whole number, one or more",
      rate: "a size such as 500KiB, 10MiB or 1GB",
      duration: "a duration such as 500ms, 5s, 1m or 2h",
      protocol: "resp or pickle"
    }
  },
  serving: (address, folder, ask) => `Serving ${folder} at ${address}. Ask with: ${ask}`,
  startUp: {
    portTaken: (address) => `The address ${address} is already in use.`,
    portForbidden: (address) => `Not permitted to listen at ${address}.`,
    noSuchAddress: (address) => `The address ${address} is not of this machine.`,
    cannotListen: (address, reason) => `Cannot listen at ${address}: ${reason}.`,
    folderMissing: (folder) => `The folder ${folder} does not exist.`,
    notAFolder: (folder) => `${folder} is not a folder.`,
    folderForbidden: (folder) => `Not permitted to read the folder ${folder}.`,
    folderUnusable: (folder, reason) => `The folder ${folder} cannot be shared: ${reason}.`,
    passwordFileUnusable: (file, reason) => `The password file ${file} is of no use: ${reason}.`,
    noPassword: "there is no password in it",
    unprotected: (address) =>
      `Without a password, ${address} would be open to anybody: set APP_PASSWORD or --password-file, or use --open if that is meant.`,
    notOnWindows: "app serve does not work on Windows; app client does."
  },
  client: {
    cannotConnect: (address, reason) => `Cannot connect to ${address}: ${reason}.`,
    connectTimeout: (address) => `Cannot connect to ${address}: no answer.`,
    connectionLost: (address) => `The connection to ${address} was lost.`,
    serverSilent: (address, seconds) => `The server ${address} was silent for ${seconds} s.`,
    malformedReply: (address, reason) => `Cannot understand the reply of ${address}: ${reason}.`,
    refused: (code, message) => `${code} ${message}`,
    strangeName: (name) => `The server sent a file of another name: "${name}". Nothing was saved.`,
    cannotSave: (path, reason) => `Cannot save ${path}: ${reason}.`,
    mismatch: (name) =>
      `What arrived of ${name} does not match the server's SHA-256. Nothing was saved.`,
    oneFileForMany: (output) =>
      `Several files do not fit into one: ${output}. For a folder, end it with /.`,
    retrying: (address, attempt, retries) =>
      `The connection to ${address} was lost; attempt ${attempt} of ${retries}.`,
    same: (path) => `${path} was here already, the same.`,
    kept: (path) => `${path} was here already, different, and was kept.`,
    failed: (name, reason) => `${name}: ${reason}`,
    summary: ({ failed, kept, same, saved }) =>
      [
        `Received: ${saved}`,
        ...(same > 0 ? [`the same: ${same}`] : []),
        ...(kept > 0 ? [`kept: ${kept}`] : []),
        ...(failed > 0 ? [`failed: ${failed}`] : [])
      ].join("; ") + ".",
    verifying: "verifying",
    lineSkipped: (line, reason) => `Line ${line}: ${reason}`
  },
  refusals: new Map([
    ["NOTFOUND", "File not found!"],
    ["CHANGED", "The file changed; start over."],
    ["RANGE", "The start asked for lies past the end of the file."],
    ["UNAVAILABLE", "The storage is unavailable; try again."],
    ["NOAUTH", "The server asks for a password."],
    ["WRONGPASS", "Wrong password."],
    ["ONEARGUMENT", "In pickle, a command takes one argument and no more."]
  ]),
  reasons: new Map([
    ["ECONNREFUSED", "connection refused"],
    ["ENOTFOUND", "unknown name"],
    ["EAI_AGAIN", "the name cannot be resolved now"],
    ["EHOSTUNREACH", "host unreachable"],
    ["ENETUNREACH", "network unreachable"],
    ["ETIMEDOUT", "no answer"],
    ["ECONNRESET", "the connection was cut"],
    ["EADDRNOTAVAIL", "address not available"],
    ["EACCES", "permission denied"],
    ["EPERM", "permission denied"],
    ["EISDIR", "it is a folder"],
    ["ENOTDIR", "a part of the path is not a folder"],
    ["EEXIST", "it already exists"],
    ["ENOTEMPTY", "it is a folder"],
    ["ENOENT", "the folder does not exist"],
    ["ENAMETOOLONG", "the name is too long"],
    ["ENOSPC", "the disk is full"],
    ["EDQUOT", "the disk quota is used up"],
    ["EROFS", "the file system is read-only"],
    ["EMFILE", "too many open files"],
    ["EIO", "input/output error"]
  ]),
  menu: {
    question: "Choose a command:",
    file: "Which file?",
    filter: "filter",
    placeholder: "type to filter",
    nothing: "nothing of that name",
    noFiles: "No files.",
    saved: (path, size) => `Saved to ${path} (${size} bytes).`
  }
}

/** The catalog of a language. */
export const messages: { readonly [L in Language]: Messages } = { pt, en }
