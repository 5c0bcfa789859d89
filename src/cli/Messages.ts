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
    readonly store: string
    readonly s3Endpoint: string
    readonly s3Region: string
    readonly cacheFresh: string
    readonly hidden: string
    readonly workers: string
    readonly cache: string
    readonly maxConnections: string
    readonly maxPerAddress: string
    readonly idleTimeout: string
    readonly requestTimeout: string
    readonly stallTimeout: string
    readonly passwordFile: string
    readonly open: string
    readonly tlsCert: string
    readonly tlsKey: string
    readonly tlsClientCa: string
    readonly proxyProtocol: string
    readonly tls: string
    readonly ca: string
    readonly cert: string
    readonly key: string
    readonly servername: string
    readonly tlsInsecure: string
    readonly drainDelay: string
    readonly grace: string
    readonly logFormat: string
    readonly logLevel: string
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
      readonly bucket: string
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
    readonly onlyWith: (given: string, needed: string) => string
    readonly expected: {
      readonly port: string
      readonly duration: string
      readonly count: string
      readonly rate: string
      readonly size: string
      readonly limit: string
      readonly protocol: string
      readonly networks: string
      readonly workers: string
      readonly store: string
      readonly endpoint: string
    }
    readonly dirAndStore: string
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
    readonly bucketMissing: (bucket: string) => string
    readonly bucketForbidden: (bucket: string) => string
    readonly credentialsWrong: (bucket: string) => string
    readonly credentialsMissing: string
    readonly storeUnreachable: (endpoint: string, reason: string) => string
    readonly bucketUnusable: (bucket: string, reason: string) => string
    readonly notOnWindows: string
    readonly passwordFileUnusable: (file: string, reason: string) => string
    readonly noPassword: string
    readonly unprotected: (address: string) => string
  }
  /** Why certificates and keys are of no use, by the file. */
  readonly certificates: {
    readonly unreadable: (file: string, reason: string) => string
    readonly missing: string
    readonly cert: (file: string) => string
    readonly key: (file: string) => string
    readonly ca: (file: string) => string
    readonly pair: (file: string) => string
  }
  /** Why no encrypted connection came about, by the server's address. */
  readonly tls: {
    readonly expired: (address: string) => string
    readonly notYetValid: (address: string) => string
    readonly otherHost: (address: string) => string
    readonly unknownAuthority: (address: string) => string
    readonly wantsCertificate: (address: string) => string
    readonly certificateRefused: (address: string) => string
    readonly speaksNoTls: (address: string) => string
    readonly wantsTls: (address: string) => string
    readonly failed: (address: string, code: string) => string
    readonly insecure: (address: string) => string
  }
  /** Why a question was not answered. */
  readonly client: {
    readonly cannotConnect: (address: string, reason: string) => string
    readonly connectTimeout: (address: string) => string
    readonly connectionLost: (address: string) => string
    readonly readTimeout: (address: string, seconds: number) => string
    readonly malformedReply: (address: string, reason: string) => string
    readonly refused: (code: string, message: string) => string
    readonly unexpectedName: (name: string) => string
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
    store:
      "Compartilha, em vez de uma pasta, um bucket S3 ou o que nele está sob um prefixo, como s3://bucket/prefixo [APP_STORE]",
    s3Endpoint: "URL do serviço S3, se não é o da Amazon [APP_S3_ENDPOINT]",
    s3Region: "Região do bucket [APP_S3_REGION, com --s3-endpoint us-east-1]",
    cacheFresh:
      "Por quanto tempo um arquivo pequeno vale como o S3 o deu, sem perguntar de novo, 0 para nunca [APP_CACHE_FRESH, padrão 100ms]",
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
    tlsCert:
      "Arquivo PEM com o certificado do servidor e os que o ligam a uma autoridade; com ele só se fala TLS [APP_TLS_CERT]",
    tlsKey: "Arquivo PEM com a chave do certificado [APP_TLS_KEY]",
    tlsClientCa:
      "Arquivo PEM com as autoridades dos clientes; quem não traz um certificado delas não entra [APP_TLS_CLIENT_CA]",
    proxyProtocol:
      "Redes cujas conexões têm de começar com um cabeçalho PROXY, como 10.0.0.0/8,::1; de outras não se espera nenhum [APP_PROXY_PROTOCOL]",
    tls: "Cifra a conexão com TLS e confere de quem é o servidor [APP_TLS]",
    ca: "Arquivo PEM com as autoridades em que se confia, no lugar das conhecidas [APP_CA]",
    cert: "Arquivo PEM com o certificado deste cliente, para um servidor que o pede [APP_CERT]",
    key: "Arquivo PEM com a chave desse certificado [APP_KEY]",
    servername:
      "Nome que o certificado do servidor tem de trazer, no lugar do de --host [APP_SERVERNAME]",
    tlsInsecure:
      "Não confere nada do servidor: quem estiver no caminho pode ler e mudar tudo [APP_TLS_INSECURE]",
    drainDelay:
      "Quanto ainda atender depois da ordem de parar, com PING recusado, para um balanceador perceber [APP_DRAIN_DELAY, padrão 0s]",
    grace: "Quanto as transferências podem durar depois da ordem de parar [APP_GRACE, padrão 30s]",
    logFormat:
      "Forma do registro na saída de erro; auto é pretty num terminal, logfmt fora dele [APP_LOG_FORMAT, padrão auto]",
    logLevel: "A partir de que nível registrar [APP_LOG_LEVEL, padrão info]",
    maxRate: "Bytes por segundo, no máximo, de cada conexão, como 10MiB [APP_MAX_RATE, sem limite]",
    maxTotalRate:
      "Bytes por segundo, no máximo, de todas as conexões juntas [APP_MAX_TOTAL_RATE, sem limite]",
    workers:
      "Quantos processos atendem, cada um em um núcleo, auto para um por núcleo; o total de conexões e o de bytes por segundo se dividem igualmente entre eles, e os limites por endereço valem em cada um [APP_WORKERS, padrão 1]",
    hidden: "Compartilha também nomes que começam com ponto [APP_HIDDEN]",
    cache:
      "Memória para arquivos pequenos; 0 desliga, para pastas em discos lentos ou de rede; padrão: 64MiB [APP_CACHE]",
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
      anyPort: "Outra pasta, em qualquer porta livre",
      bucket: "O que está sob 2024/ em um bucket"
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
    onlyWith: (given, needed) => `${given} pede também ${needed}.`,
    expected: {
      port: "um número inteiro de 0 a 65535",
      count: "um número inteiro, zero ou maior",
      limit: "um número inteiro, um ou maior",
      rate: "um tamanho como 500KiB, 10MiB ou 1GB",
      size: "um tamanho como 64MiB ou 1GB, ou 0",
      duration: "uma duração como 500ms, 5s, 1m ou 2h",
      protocol: "resp ou pickle",
      networks: "endereços e redes separados por vírgulas, como 127.0.0.1,10.0.0.0/8",
      workers: "um número inteiro de 1 a 256, ou auto",
      store: "s3://bucket ou s3://bucket/prefixo",
      endpoint: "uma URL como https://s3.exemplo.org"
    },
    dirAndStore: "--dir e --store não podem ser dados juntos."
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
      `Sem senha, ${address} ficaria aberto a qualquer um: defina --tls-client-ca, APP_PASSWORD ou --password-file, ou use --open se é isso mesmo.`,
    bucketMissing: (bucket) => `O bucket ${bucket} não existe.`,
    bucketForbidden: (bucket) => `Sem permissão para listar o bucket ${bucket}.`,
    credentialsWrong: (bucket) =>
      `O serviço S3 não reconhece as credenciais para o bucket ${bucket}.`,
    credentialsMissing:
      "Faltam credenciais S3: defina AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY, ou um perfil em AWS_PROFILE.",
    storeUnreachable: (endpoint, reason) =>
      `O serviço S3 ${endpoint} não pode ser alcançado: ${reason}.`,
    bucketUnusable: (bucket, reason) => `O bucket ${bucket} não pode ser compartilhado: ${reason}.`,
    notOnWindows: "app serve não funciona no Windows; app client, sim."
  },
  certificates: {
    unreadable: (file, reason) => `O arquivo ${file} não pode ser lido: ${reason}.`,
    missing: "não existe",
    cert: (file) => `Não há um certificado inteiro em ${file}.`,
    key: (file) => `Não há uma chave inteira, e sem senha, em ${file}.`,
    ca: (file) => `Não há certificados inteiros de autoridades em ${file}.`,
    pair: (file) => `A chave em ${file} não é a do certificado.`
  },
  tls: {
    expired: (address) => `O certificado de ${address} venceu.`,
    notYetValid: (address) => `O certificado de ${address} ainda não vale.`,
    otherHost: (address) => `O certificado de ${address} é de outro nome; veja --servername.`,
    unknownAuthority: (address) =>
      `O certificado de ${address} é de uma autoridade desconhecida; veja --ca.`,
    wantsCertificate: (address) =>
      `O servidor ${address} pede um certificado de cliente: use --cert e --key.`,
    certificateRefused: (address) =>
      `O servidor ${address} não aceita o certificado deste cliente.`,
    speaksNoTls: (address) => `O servidor ${address} não fala TLS; tente sem --tls.`,
    wantsTls: (address) => `O servidor ${address} só fala TLS: use --tls.`,
    failed: (address, code) => `Não foi possível falar TLS com ${address}: ${code}.`,
    insecure: (address) =>
      `Atenção: com --tls-insecure não se sabe quem responde em ${address}; tudo pode ser lido e mudado no caminho.`
  },
  client: {
    cannotConnect: (address, reason) => `Não foi possível conectar a ${address}: ${reason}.`,
    connectTimeout: (address) => `Não foi possível conectar a ${address}: sem resposta.`,
    connectionLost: (address) => `A conexão com ${address} caiu.`,
    readTimeout: (address, seconds) => `O servidor ${address} ficou calado por ${seconds} s.`,
    malformedReply: (address, reason) => `Resposta incompreensível de ${address}: ${reason}.`,
    refused: (code, message) => `${code} ${message}`,
    unexpectedName: (name) =>
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
    store:
      "Share, instead of a folder, an S3 bucket or what lies below a prefix in it, such as s3://bucket/prefix [APP_STORE]",
    s3Endpoint: "URL of the S3 service, if not Amazon's [APP_S3_ENDPOINT]",
    s3Region: "The bucket's region [APP_S3_REGION, with --s3-endpoint us-east-1]",
    cacheFresh:
      "For how long a small file is taken to be as S3 gave it, without asking again, 0 for never [APP_CACHE_FRESH, default 100ms]",
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
    tlsCert:
      "PEM file with the server's certificate and those that lead from it to an authority; with it TLS alone is spoken [APP_TLS_CERT]",
    tlsKey: "PEM file with the certificate's key [APP_TLS_KEY]",
    tlsClientCa:
      "PEM file with the clients' authorities; who brings no certificate of theirs is not let in [APP_TLS_CLIENT_CA]",
    proxyProtocol:
      "Networks whose connections must begin with a PROXY header, such as 10.0.0.0/8,::1; from others none is expected [APP_PROXY_PROTOCOL]",
    tls: "Encrypt the connection with TLS, and check whose server it is [APP_TLS]",
    ca: "PEM file with the authorities that are trusted, in place of the well-known ones [APP_CA]",
    cert: "PEM file with this client's certificate, for a server that asks for one [APP_CERT]",
    key: "PEM file with that certificate's key [APP_KEY]",
    servername:
      "Name that the server's certificate has to be for, in place of --host [APP_SERVERNAME]",
    tlsInsecure:
      "Verify nothing about the server: who is in between can read and change everything [APP_TLS_INSECURE]",
    drainDelay:
      "How long to go on serving after the order to stop, with PING refused, for a balancer to notice [APP_DRAIN_DELAY, default 0s]",
    grace: "How long transfers may go on after the order to stop [APP_GRACE, default 30s]",
    logFormat:
      "Form of the log on standard error; auto is pretty on a terminal, logfmt elsewhere [APP_LOG_FORMAT, default auto]",
    logLevel: "From which level on to log [APP_LOG_LEVEL, default info]",
    maxRate: "Bytes a second, at most, of each connection, such as 10MiB [APP_MAX_RATE, unlimited]",
    maxTotalRate:
      "Bytes a second, at most, of all connections together [APP_MAX_TOTAL_RATE, unlimited]",
    workers:
      "How many processes serve, each on one core, auto for one a core; the connections in all and the total rate are divided evenly among them, and limits by address hold in each [APP_WORKERS, default 1]",
    hidden: "Share names that begin with a dot as well [APP_HIDDEN]",
    cache:
      "Memory for small files; 0 turns it off, for folders on slow or network disks; default: 64MiB [APP_CACHE]",
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
      anyPort: "Another folder, at any free port",
      bucket: "What lies below 2024/ in a bucket"
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
    onlyWith: (given, needed) => `${given} needs ${needed} as well.`,
    expected: {
      port: "a whole number from 0 to 65535",
      count: "a whole number, zero or more",
      limit: "a whole number, one or more",
      rate: "a size such as 500KiB, 10MiB or 1GB",
      size: "a size such as 64MiB or 1GB, or 0",
      duration: "a duration such as 500ms, 5s, 1m or 2h",
      protocol: "resp or pickle",
      networks: "addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8",
      workers: "a whole number from 1 to 256, or auto",
      store: "s3://bucket or s3://bucket/prefix",
      endpoint: "a URL such as https://s3.example.org"
    },
    dirAndStore: "--dir and --store cannot be given together."
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
      `Without a password, ${address} would be open to anybody: set --tls-client-ca, APP_PASSWORD or --password-file, or use --open if that is meant.`,
    bucketMissing: (bucket) => `The bucket ${bucket} does not exist.`,
    bucketForbidden: (bucket) => `Not permitted to list the bucket ${bucket}.`,
    credentialsWrong: (bucket) =>
      `The S3 service does not accept the credentials for the bucket ${bucket}.`,
    credentialsMissing:
      "S3 credentials are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in AWS_PROFILE.",
    storeUnreachable: (endpoint, reason) =>
      `The S3 service ${endpoint} cannot be reached: ${reason}.`,
    bucketUnusable: (bucket, reason) => `The bucket ${bucket} cannot be shared: ${reason}.`,
    notOnWindows: "app serve does not work on Windows; app client does."
  },
  certificates: {
    unreadable: (file, reason) => `The file ${file} cannot be read: ${reason}.`,
    missing: "it does not exist",
    cert: (file) => `There is no whole certificate in ${file}.`,
    key: (file) => `There is no whole key, free of a password, in ${file}.`,
    ca: (file) => `There are no whole certificates of authorities in ${file}.`,
    pair: (file) => `The key in ${file} is not the certificate's.`
  },
  tls: {
    expired: (address) => `The certificate of ${address} has expired.`,
    notYetValid: (address) => `The certificate of ${address} is not valid yet.`,
    otherHost: (address) => `The certificate of ${address} is for another name; see --servername.`,
    unknownAuthority: (address) =>
      `The certificate of ${address} is from an unknown authority; see --ca.`,
    wantsCertificate: (address) =>
      `The server ${address} asks for a client certificate: use --cert and --key.`,
    certificateRefused: (address) =>
      `The server ${address} does not accept this client's certificate.`,
    speaksNoTls: (address) => `The server ${address} does not speak TLS; try without --tls.`,
    wantsTls: (address) => `The server ${address} speaks TLS only: use --tls.`,
    failed: (address, code) => `Cannot speak TLS with ${address}: ${code}.`,
    insecure: (address) =>
      `Warning: with --tls-insecure nobody knows who answers at ${address}; all of it can be read and changed on its way.`
  },
  client: {
    cannotConnect: (address, reason) => `Cannot connect to ${address}: ${reason}.`,
    connectTimeout: (address) => `Cannot connect to ${address}: no answer.`,
    connectionLost: (address) => `The connection to ${address} was lost.`,
    readTimeout: (address, seconds) => `The server ${address} was silent for ${seconds} s.`,
    malformedReply: (address, reason) => `Cannot understand the reply of ${address}: ${reason}.`,
    refused: (code, message) => `${code} ${message}`,
    unexpectedName: (name) =>
      `The server sent a file of another name: "${name}". Nothing was saved.`,
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
