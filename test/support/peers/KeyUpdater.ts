/**
 * A client of TLS 1.3 that writes its own records once hands are shaken, for Node has no way to send what it sends: key
 * updates (RFC 8446, 4.6.3), as many as it likes in one piece. What comes back is read as by any client.
 */
import { createCipheriv, createHmac } from "node:crypto"
import { connect, type Socket } from "node:net"
import { Duplex } from "node:stream"
import { connect as connectTls, type TLSSocket } from "node:tls"

/** One cipher alone is written here. */
const cipher = "TLS_AES_128_GCM_SHA256"

/** HKDF-Expand-Label without a context, of at most 32 bytes (RFC 8446, 7.1). */
const expand = (secret: Buffer, label: string, length: number): Buffer => {
  const name = Buffer.from(`tls13 ${label}`, "latin1")
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])])
  return createHmac("sha256", secret).update(info).digest().subarray(0, length)
}

/** The types of what a record holds. */
const handshakeType = 22
const dataType = 23

/** A key update; `isAnswered` asks the peer for one of its own. */
const keyUpdate = (isAnswered: boolean): Buffer => Buffer.from([24, 0, 0, 1, isAnswered ? 1 : 0])

/** The records of one direction, each encrypted by the next number. */
class Records {
  #secret: Buffer
  #sequence = 0

  constructor(secret: Buffer) {
    this.#secret = secret
  }

  #seal(content: Buffer, type: number): Buffer {
    const nonce = expand(this.#secret, "iv", 12)
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence++) >>> 0, 8)
    const head = Buffer.from([dataType, 3, 3, 0, 0])
    head.writeUInt16BE(content.length + 1 + 16, 3)
    const sealing = createCipheriv("aes-128-gcm", expand(this.#secret, "key", 16), nonce)
    sealing.setAAD(head)
    return Buffer.concat([
      head,
      sealing.update(Buffer.concat([content, Buffer.from([type])])),
      sealing.final(),
      sealing.getAuthTag()
    ])
  }

  data(text: string): Buffer {
    return this.#seal(Buffer.from(text, "latin1"), dataType)
  }

  keyUpdates(count: number, isAnswered: boolean): Buffer {
    return Buffer.concat(
      Array.from({ length: count }, () => {
        const record = this.#seal(keyUpdate(isAnswered), handshakeType)
        this.#secret = expand(this.#secret, "traffic upd", 32)
        this.#sequence = 0
        return record
      })
    )
  }
}

/** A connection whose client writes its own records. */
export interface KeyUpdater {
  /** The records, in the order in which they are to be sent. */
  readonly records: Pick<Records, "data" | "keyUpdates">
  /** What they are sent through. */
  readonly socket: Socket
  /** What the server says. */
  readonly answers: TLSSocket
}

/** Connects to a port of 127.0.0.1 and shakes hands; rejects where the server does not. */
export const connectKeyUpdater = (port: number): Promise<KeyUpdater> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port })
    const through = new Duplex({
      read: () => undefined,
      write: (bytes: Uint8Array, _, done) => void socket.write(bytes, () => done())
    })
    socket.on("data", (bytes) => void through.push(bytes))
    socket.on("close", () => through.destroy())
    const tls = { rejectUnauthorized: false, ciphers: cipher, minVersion: "TLSv1.3" } as const
    const answers = connectTls({ socket: through, ...tls })
    answers.on("keylog", (line: Buffer) => {
      const [name, , secret = ""] = line.toString("latin1").trim().split(" ")
      if (name !== "CLIENT_TRAFFIC_SECRET_0") return
      const records = new Records(Buffer.from(secret, "hex"))
      // Hands are shaken once the server has answered: what the client says last is on its way before that.
      answers.once("secureConnect", () => setImmediate(resolve, { records, socket, answers }))
    })
    for (const each of [socket, answers]) each.on("error", () => undefined)
    socket.once("close", () => reject(new Error("the server closed the connection")))
  })
