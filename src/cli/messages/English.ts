/** What people read, in English, entry for entry as Portuguese has it. */
import type { Catalog } from "./Portuguese.ts"

/** The catalog. */
export const english: Catalog = {
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
  refusals: {
    NOTFOUND: "File not found!",
    CHANGED: "The file changed; start over.",
    RANGE: "The start asked for lies past the end of the file.",
    UNAVAILABLE: "The storage is unavailable; try again.",
    NOAUTH: "The server asks for a password.",
    WRONGPASS: "Wrong password.",
    ONEARGUMENT: "In pickle, a command takes one argument and no more."
  },
  reasons: {
    ECONNREFUSED: "connection refused",
    ENOTFOUND: "unknown name",
    EAI_AGAIN: "the name cannot be resolved now",
    EHOSTUNREACH: "host unreachable",
    ENETUNREACH: "network unreachable",
    ETIMEDOUT: "no answer",
    ECONNRESET: "the connection was cut",
    EADDRNOTAVAIL: "address not available",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is not a folder",
    EEXIST: "it already exists",
    ENOTEMPTY: "it is a folder",
    ENOENT: "the folder does not exist",
    ENAMETOOLONG: "the name is too long",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the file system is read-only",
    EMFILE: "too many open files",
    EIO: "input/output error"
  },
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
