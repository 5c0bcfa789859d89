/** nginx with one worker, which is its only process here, sending files with sendfile. */
import { Effect, type Scope } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { find } from "../measure/Machine.ts"
import { type Peer, startServer } from "../measure/Process.ts"
import { Trouble } from "../Row.ts"
import type { Identity } from "./App.ts"

/** `open_file_cache` stays off, as it is: with it nginx may send what has changed. */
const configuration = (
  folder: string,
  home: string,
  port: number,
  identity: Identity | undefined
): string => `
daemon off;
master_process off;
pid ${home}/nginx.pid;
error_log stderr;
events { worker_connections 12000; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  default_type application/octet-stream;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  ${identity === undefined ? "" : overTls(identity)}
  server {
    listen 127.0.0.1:${port} ${identity === undefined ? "" : "ssl"} backlog=4096;
    root ${folder};
    autoindex on;
  }
}
`

/** TLS as ours is by default: its newest version, with tickets that resume a session. */
const overTls = ({ certFile, keyFile }: Identity): string =>
  `ssl_protocols TLSv1.3; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`

/** Serves a folder, over TLS alone where it is given who it is. */
export const nginx = (
  folder: string,
  identity?: Identity
): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const program = find("nginx")
    if (program === undefined) return yield* new Trouble({ message: "nginx is not installed" })
    const home = yield* Files.folder
    const words = (port: number): ReadonlyArray<string> => {
      const file = join(home, "nginx.conf")
      writeFileSync(file, configuration(folder, home, port, identity))
      return ["-p", home, "-e", "stderr", "-c", file]
    }
    return yield* startServer(program, words, home, {
      text: "GET /nothing HTTP/1.0\r\n\r\n",
      tls: identity !== undefined
    })
  })
