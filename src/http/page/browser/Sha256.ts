/**
 * SHA-256 of bytes that come in pieces (FIPS 180-4). The browser's own takes only what is all in memory, and only on
 * pages that came encrypted or from this machine.
 */

/** The first 32 bits of the fractional parts of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
const constants = (count: number, root: number): Uint32Array<ArrayBuffer> => {
  const found = new Uint32Array(count)
  for (let number = 2, index = 0; index < count; number++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= number; divisor++) {
      if (number % divisor === 0) isPrime = false
    }
    if (isPrime) found[index++] = (number ** root % 1) * 2 ** 32
  }
  return found
}

const round = constants(64, 1 / 3)

/** Hashes pieces as they come. */
export class Sha256 {
  readonly #state = constants(8, 1 / 2)
  readonly #block = new Uint8Array(64)
  readonly #view = new DataView(this.#block.buffer)
  readonly #words = new Int32Array(64)
  #length = 0

  /** Takes the next piece. */
  update(bytes: Uint8Array): void {
    let position = 0
    while (position < bytes.length) {
      const filled = this.#length % 64
      const piece = bytes.subarray(position, position + 64 - filled)
      this.#block.set(piece, filled)
      this.#length += piece.length
      position += piece.length
      if (filled + piece.length === 64) this.#compress()
    }
  }

  /** The digest of all pieces, 64 lower-case hexadecimal digits; nothing may follow. */
  digest(): string {
    const bits = this.#length * 8
    const padding = new Uint8Array(((119 - (this.#length % 64)) % 64) + 1)
    padding[0] = 0x80
    this.update(padding)
    this.#view.setUint32(56, Math.floor(bits / 2 ** 32))
    this.#view.setUint32(60, bits)
    this.#compress()
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("")
  }

  /** FIPS 180-4, 6.2.2. */
  #compress(): void {
    const words = this.#words
    for (let index = 0; index < 16; index++) words[index] = this.#view.getInt32(index * 4)
    for (let index = 16; index < 64; index++) {
      const early = words[index - 15] ?? 0
      const late = words[index - 2] ?? 0
      const first =
        ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
      const second = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
      words[index] = ((words[index - 16] ?? 0) + first + (words[index - 7] ?? 0) + second) | 0
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#state
    for (let index = 0; index < 64; index++) {
      const choice = (e & f) ^ (~e & g)
      const sum = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const first = (h + sum + choice + (round[index] ?? 0) + (words[index] ?? 0)) | 0
      const majority = (a & b) ^ (a & c) ^ (b & c)
      const second =
        (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + majority
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) {
      this.#state[index] = (this.#state[index] ?? 0) + word
    }
  }
}
