/**
 * Tells whether a connection speaks HTTP by its first line: `^[A-Z]{1,16} [!-~]+ HTTP/1\.[01]\r?$` (RFC 9112, 3). No
 * command that a client of Redis types or sends is such a line, and a browser that a web page sends here sends no other.
 */

const space = 0x20
const lineFeed = 0x0a
const carriageReturn = 0x0d

const mostMethod = 16
/** A line that is longer is none of HTTP, whose heads are smaller (RequestHead): what it is of is told by other means. */
const mostLine = 16 * 1024

const version = "HTTP/1."

/** The first line of a connection, as far as it has come. */
export class FirstLine {
  #part: "method" | "target" | "version" | "minor" | "end" | "line feed" = "method"
  /** How many bytes have come of the part, and of the line. */
  #count = 0
  #length = 0

  /** Whether it is HTTP's, once these bytes, as latin1 text, have come after those before; `undefined` while that is open. */
  push(text: string): boolean | undefined {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (++this.#length > mostLine) return false
      if (this.#part === "line feed" || (this.#part === "end" && code !== carriageReturn)) {
        return code === lineFeed
      }
      if (!this.#take(code)) return false
    }
    return undefined
  }

  /** Whether the line may go on like this. */
  #take(code: number): boolean {
    switch (this.#part) {
      case "method":
        if (code === space) return this.#next("target")
        return code >= 0x41 && code <= 0x5a && ++this.#count <= mostMethod
      case "target":
        if (code === space) return this.#next("version")
        this.#count += 1
        return code > space && code < 0x7f
      case "version":
        if (code !== version.charCodeAt(this.#count)) return false
        if (++this.#count === version.length) this.#part = "minor"
        return true
      case "minor":
        this.#part = "end"
        return code === 0x30 || code === 0x31
      case "end":
        this.#part = "line feed"
        return true
      case "line feed":
        return false
    }
  }

  /** No part is empty. */
  #next(part: "target" | "version"): boolean {
    const isEmpty = this.#count === 0
    this.#part = part
    this.#count = 0
    return !isEmpty
  }
}
