/**
 * What people read, in Portuguese, the language of the original. Its shape is every catalog's: an entry that another
 * language lacks, or has alone, does not compile.
 */

/** How many files of a question came to what. */
interface Counts {
  readonly saved: number
  readonly same: number
  readonly kept: number
  readonly failed: number
}

/** The headings that effect/cli has in English, and what stands in their place. */
const headings: ReadonlyArray<readonly [english: string, heading: string]> = [
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
]

/** The catalog. */
export const portuguese = {
  /** Descriptions in `--help`. */
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
    headings,
    examples: {
      time: "A hora do servidor",
      send: "Recebe um arquivo na pasta atual",
      menu: "O menu",
      serve: "Compartilha a pasta DB em 127.0.0.1:65432",
      anyPort: "Outra pasta, em qualquer porta livre",
      bucket: "O que está sob 2024/ em um bucket"
    }
  },
  /** What is wrong with a command line. */
  usage: {
    unknownOption: (option: string) => `Opção desconhecida: ${option}.`,
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
    onlyWith: (given: string, needed: string) => `${given} pede também ${needed}.`,
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
  /** The line that `serve` says when it is ready. */
  serving: (address: string, folder: string, ask: string) =>
    `Servindo ${folder} em ${address}. Pergunte com: ${ask}`,
  /** Why `serve` did not start. */
  startUp: {
    portTaken: (address: string) => `O endereço ${address} já está em uso.`,
    portForbidden: (address: string) => `Sem permissão para escutar em ${address}.`,
    noSuchAddress: (address: string) => `O endereço ${address} não é desta máquina.`,
    cannotListen: (address: string, reason: string) =>
      `Não foi possível escutar em ${address}: ${reason}.`,
    folderMissing: (folder: string) => `A pasta ${folder} não existe.`,
    notAFolder: (folder: string) => `${folder} não é uma pasta.`,
    folderForbidden: (folder: string) => `Sem permissão para ler a pasta ${folder}.`,
    folderUnusable: (folder: string, reason: string) =>
      `A pasta ${folder} não pode ser compartilhada: ${reason}.`,
    passwordFileUnusable: (file: string, reason: string) =>
      `O arquivo de senhas ${file} não serve: ${reason}.`,
    noPassword: "não há senha nele",
    unprotected: (address: string) =>
      `Sem senha, ${address} ficaria aberto a qualquer um: defina --tls-client-ca, APP_PASSWORD ou --password-file, ou use --open se é isso mesmo.`,
    bucketMissing: (bucket: string) => `O bucket ${bucket} não existe.`,
    bucketForbidden: (bucket: string) => `Sem permissão para listar o bucket ${bucket}.`,
    credentialsWrong: (bucket: string) =>
      `O serviço S3 não reconhece as credenciais para o bucket ${bucket}.`,
    credentialsMissing:
      "Faltam credenciais S3: defina AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY, ou um perfil em AWS_PROFILE.",
    storeUnreachable: (endpoint: string, reason: string) =>
      `O serviço S3 ${endpoint} não pode ser alcançado: ${reason}.`,
    bucketUnusable: (bucket: string, reason: string) =>
      `O bucket ${bucket} não pode ser compartilhado: ${reason}.`,
    notOnWindows: "app serve não funciona no Windows; app client, sim."
  },
  /** Why certificates and keys are of no use, by the file. */
  certificates: {
    unreadable: (file: string, reason: string) => `O arquivo ${file} não pode ser lido: ${reason}.`,
    missing: "não existe",
    cert: (file: string) => `Não há um certificado inteiro em ${file}.`,
    key: (file: string) => `Não há uma chave inteira, e sem senha, em ${file}.`,
    ca: (file: string) => `Não há certificados inteiros de autoridades em ${file}.`,
    pair: (file: string) => `A chave em ${file} não é a do certificado.`
  },
  /** Why no encrypted connection came about, by the server's address. */
  tls: {
    expired: (address: string) => `O certificado de ${address} venceu.`,
    notYetValid: (address: string) => `O certificado de ${address} ainda não vale.`,
    otherHost: (address: string) =>
      `O certificado de ${address} é de outro nome; veja --servername.`,
    unknownAuthority: (address: string) =>
      `O certificado de ${address} é de uma autoridade desconhecida; veja --ca.`,
    wantsCertificate: (address: string) =>
      `O servidor ${address} pede um certificado de cliente: use --cert e --key.`,
    certificateRefused: (address: string) =>
      `O servidor ${address} não aceita o certificado deste cliente.`,
    speaksNoTls: (address: string) => `O servidor ${address} não fala TLS; tente sem --tls.`,
    wantsTls: (address: string) => `O servidor ${address} só fala TLS: use --tls.`,
    failed: (address: string, code: string) =>
      `Não foi possível falar TLS com ${address}: ${code}.`,
    insecure: (address: string) =>
      `Atenção: com --tls-insecure não se sabe quem responde em ${address}; tudo pode ser lido e mudado no caminho.`
  },
  /** Why a question was not answered. */
  client: {
    cannotConnect: (address: string, reason: string) =>
      `Não foi possível conectar a ${address}: ${reason}.`,
    connectTimeout: (address: string) => `Não foi possível conectar a ${address}: sem resposta.`,
    connectionLost: (address: string) => `A conexão com ${address} caiu.`,
    readTimeout: (address: string, seconds: number) =>
      `O servidor ${address} ficou calado por ${seconds} s.`,
    malformedReply: (address: string, reason: string) =>
      `Resposta incompreensível de ${address}: ${reason}.`,
    refused: (code: string, message: string) => `${code} ${message}`,
    unexpectedName: (name: string) =>
      `O servidor mandou um arquivo com outro nome: "${name}". Nada foi gravado.`,
    cannotSave: (path: string, reason: string) => `Não foi possível gravar ${path}: ${reason}.`,
    mismatch: (name: string) =>
      `O que chegou de ${name} não confere com o SHA-256 do servidor. Nada foi gravado.`,
    oneFileForMany: (output: string) =>
      `Vários arquivos não cabem em um só: ${output}. Para uma pasta, termine com /.`,
    retrying: (address: string, attempt: number, retries: number) =>
      `A conexão com ${address} caiu; tentativa ${attempt} de ${retries}.`,
    same: (path: string) => `${path} já estava aqui, igual.`,
    kept: (path: string) => `${path} já estava aqui, diferente, e foi mantido.`,
    failed: (name: string, reason: string) => `${name}: ${reason}`,
    summary: ({ failed, kept, same, saved }: Counts) =>
      [
        `Recebidos: ${saved}`,
        ...(same > 0 ? [`iguais: ${same}`] : []),
        ...(kept > 0 ? [`mantidos: ${kept}`] : []),
        ...(failed > 0 ? [`com erro: ${failed}`] : [])
      ].join("; ") + ".",
    verifying: "conferindo",
    lineSkipped: (line: number, reason: string) => `Linha ${line}: ${reason}`
  },
  /** The client's own sentences for the codes of refusals it knows. */
  refusals: {
    NOTFOUND: "Arquivo não encontrado!",
    CHANGED: "O arquivo mudou; recomece.",
    RANGE: "O início pedido fica além do fim do arquivo.",
    UNAVAILABLE: "Armazenamento indisponível; tente novamente.",
    NOAUTH: "O servidor pede uma senha.",
    WRONGPASS: "Senha errada.",
    ONEARGUMENT: "Em pickle, um comando leva um só argumento."
  },
  /** The client's own words for the reasons the system gives, by code (errno). */
  reasons: {
    ECONNREFUSED: "conexão recusada",
    ENOTFOUND: "nome desconhecido",
    EAI_AGAIN: "o nome não pôde ser resolvido agora",
    EHOSTUNREACH: "máquina inalcançável",
    ENETUNREACH: "rede inalcançável",
    ETIMEDOUT: "sem resposta",
    ECONNRESET: "a conexão foi cortada",
    EADDRNOTAVAIL: "endereço indisponível",
    EACCES: "sem permissão",
    EPERM: "sem permissão",
    EISDIR: "é uma pasta",
    ENOTDIR: "parte do caminho não é uma pasta",
    EEXIST: "já existe",
    ENOTEMPTY: "é uma pasta",
    ENOENT: "a pasta não existe",
    ENAMETOOLONG: "nome longo demais",
    ENOSPC: "disco cheio",
    EDQUOT: "cota de disco esgotada",
    EROFS: "sistema de arquivos só para leitura",
    EMFILE: "arquivos abertos demais",
    EIO: "erro de entrada e saída"
  },
  /** The menu. */
  menu: {
    question: "Escolha um comando:",
    file: "Qual arquivo?",
    filter: "filtro",
    placeholder: "digite para filtrar",
    nothing: "nada com esse nome",
    noFiles: "Nenhum arquivo.",
    saved: (path: string, size: number) => `Gravado em ${path} (${size} bytes).`
  }
}

/** A catalog: the entries of this one, in any language. */
export type Catalog = typeof portuguese
