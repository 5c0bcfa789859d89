/**
 * `npm run bench:s3`: a server over a real Ceph against the SDK's own GET of the same objects, and against a server
 * over a folder. What is compared is measured in turn, several times over, in one run; ratios are of the medians.
 */
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import { Effect, Exit, Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { median } from "../bench/measure/Measure.ts"
import { root } from "../support/programs/App.ts"
import { credentials, startCeph } from "../support/peers/Ceph.ts"
import { sdk } from "../support/peers/S3.ts"
import { noise } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const bigSize = 1024 * mebibyte
const smallCount = 1000
const smallSize = 1024
const hotRequests = 5000
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)

/** The least and the most. */
const spread = (values: ReadonlyArray<number>): string =>
  `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** Runs both in turn and prints how many units a second each does, and the ratio of the first to the second. */
const compare = async (
  title: string,
  unit: string,
  amount: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>
): Promise<void> => {
  const times: { readonly ours: Array<number>; readonly theirs: Array<number> } = {
    ours: [],
    theirs: []
  }
  for (let round = 0; round <= rounds; round++) {
    const [mine, other] = [await seconds(ours), await seconds(theirs)]
    // The first round warms both up.
    if (round > 0) {
      times.ours.push(amount / mine)
      times.theirs.push(amount / other)
    }
  }
  const [mine, other] = [median(times.ours), median(times.theirs)]
  console.log(
    `${title}: ${mine.toFixed(0)} ${unit}/s (${spread(times.ours)}), compared with ${other.toFixed(0)} (${spread(times.theirs)}): ratio ${(mine / other).toFixed(2)}`
  )
}

/** Runs `work` on all items, so many at once. */
const each = async <A>(
  items: ReadonlyArray<A>,
  getIfPresent: number,
  work: (item: A, worker: number) => Promise<unknown>
): Promise<void> => {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: getIfPresent }, async (_, worker) => {
      for (const item of queue) await work(item, worker)
    })
  )
}

/** Waits for so many bytes on a connection. */
const take = (socket: Socket, size: number): Promise<void> =>
  new Promise((resolve) => {
    let left = size
    const onData = (chunk: Buffer): void => {
      left -= chunk.length
      if (left > 0) return
      socket.off("data", onData)
      resolve()
    }
    socket.on("data", onData)
  })

const connections = (port: number, count: number): Promise<ReadonlyArray<Socket>> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, "127.0.0.1").setNoDelay()
      await once(socket, "connect")
      return socket
    })
  )

/** GET of a file, and how many bytes it is answered with. */
const get = (socket: Socket, name: string, size: number): Promise<void> => {
  const done = take(socket, `$${size}\r\n`.length + size + 2)
  socket.write(`GET ${name}\r\n`)
  return done
}

const serve = async (words: ReadonlyArray<string>) => {
  const child = spawn(
    process.execPath,
    [join(root, "dist/app.cjs"), "serve", "--port", "0", ...words],
    {
      env: {
        LANG: "C",
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
      },
      stdio: ["ignore", "ignore", "pipe"]
    }
  )
  let said = ""
  // Destroyed, it would have each line of the log throw in the server.
  for await (const piece of child.stderr.iterator({ destroyOnReturn: false })) {
    said += String(piece)
    const [, port] = /:(\d+)\. /.exec(said) ?? []
    if (port !== undefined) {
      child.stderr.resume()
      return { port: Number(port), child }
    }
  }
  throw new Error(said)
}

const folder = mkdtempSync(join(tmpdir(), "sockets-bench-"))
const scope = Scope.makeUnsafe()
const ceph = await startCeph("memstore", 1)
const children: Array<ReturnType<typeof spawn>> = []
try {
  const [endpoint = ""] = ceph.gateways
  const client = await Effect.runPromise(sdk(endpoint).pipe(Scope.provide(scope)))
  const Bucket = "figures"
  const small = Array.from({ length: smallCount }, (_, index) => `small-${index}`)
  await client.send(new CreateBucketCommand({ Bucket }))
  const put = (Key: string, Body: Buffer) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: Body.length }))
  await put("big", noise(1, bigSize))
  await each(small, 16, (name) => put(name, noise(2, smallSize)))
  writeFileSync(join(folder, "small-0"), noise(2, smallSize))

  const bySdk = async (Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    if (!(Body instanceof Readable)) throw new Error("no body")
    await once(Body.resume(), "end")
  }
  const overS3 = ["--store", `s3://${Bucket}`, "--s3-endpoint", endpoint]
  const uncached = await serve([...overS3, "--cache", "0"])
  children.push(uncached.child)
  const cached = await serve(overS3)
  children.push(cached.child)
  const local = await serve(["--dir", folder])
  children.push(local.child)

  const [one, ...many] = await connections(uncached.port, 17)
  if (one === undefined) throw new Error("no connection")
  await compare(
    "1 GiB through the server, against the SDK",
    "MiB",
    bigSize / mebibyte,
    () => get(one, "big", bigSize),
    () => bySdk("big")
  )
  await compare(
    "1,000 objects of 1 KiB, sixteen at once, against the SDK",
    "objects",
    smallCount,
    () => each(small, many.length, (name, worker) => get(many[worker] ?? one, name, smallSize)),
    () => each(small, many.length, bySdk)
  )
  const hot = Array.from({ length: hotRequests }, () => "small-0")
  for (const getIfPresent of [1, 16]) {
    const [near, far] = [
      await connections(local.port, getIfPresent),
      await connections(cached.port, getIfPresent)
    ]
    const ask = (sockets: ReadonlyArray<Socket>) => () =>
      each(hot, getIfPresent, (name, worker) => get(sockets[worker] ?? one, name, smallSize))
    await compare(
      `one hot object of 1 KiB, ${getIfPresent} at once, against a folder`,
      "objects",
      hotRequests,
      ask(far),
      ask(near)
    )
    for (const socket of [...near, ...far]) socket.destroy()
  }
  for (const socket of [one, ...many]) socket.destroy()
} finally {
  for (const child of children) child.kill("SIGKILL")
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await ceph.stop()
  rmSync(folder, { recursive: true, force: true })
}
