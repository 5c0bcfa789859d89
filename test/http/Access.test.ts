/** Who may ask, a row for each request that differs. */
import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../src/domain/ByteString.ts"
import { HttpRequest } from "../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../src/codec/http/RequestDecoder.ts"
import { credentialsOf, decide, isOwnHost, type Policy } from "../../src/http/Access.ts"
import { onWire } from "../support/values/Bytes.ts"

const policy: Policy = {
  hosts: ["caixa", "caixa.local", "files.example.org"],
  origins: ["https://app.example"],
  isSite: false
}

const requestWith = (fields: string, method = "GET"): HttpRequest => {
  const lines = fields === "" ? "" : `${fields.split(" | ").join("\r\n")}\r\n`
  const [request] = makeRequestDecoder().push(
    unsafe(`${method} / HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}\r\n`)
  )
  assert.instanceOf(request, HttpRequest)
  return request
}

const basic = (credentials: string) =>
  `Authorization: Basic ${Buffer.from(credentials).toString("base64")}`

describe("a host of this server", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.0.0.1:65432", true],
    ["192.168.0.9", true],
    ["[::1]", true],
    ["[fe80::1]:80", true],
    ["localhost", true],
    ["LOCALHOST:1", true],
    ["localhost.", true],
    ["app.localhost", true],
    ["caixa", true],
    ["Caixa.local:65432", true],
    ["files.example.org", true],
    ["", true],
    ["evil.example", false],
    ["evil.example:65432", false],
    ["127.0.0.1.evil.example", false],
    ["localhost.evil.example", false],
    ["notlocalhost", false],
    ["caixa.evil.example", false],
    ["evilcaixa", false],
    ["sub.files.example.org", false],
    ["0x7f000001", false],
    ["2130706433", false],
    ["127.1", false]
  ])("%s: %s", (host, isOwn) => {
    assert.strictEqual(isOwnHost(host, policy), isOwn)
  })
})

const navigation = "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate"

const decisions = [
  ["", "may ask"],
  ["Sec-Fetch-Site: same-origin | Sec-Fetch-Mode: cors | Sec-Fetch-Dest: empty", "may ask"],
  ["Sec-Fetch-Site: none | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document", "may ask"],
  ["Sec-Fetch-Site: same-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image", "may ask"],
  [`${navigation} | Sec-Fetch-Dest: document`, "may ask"],
  [`${navigation} | Sec-Fetch-Dest: iframe`, "cross-site"],
  [`${navigation} | Sec-Fetch-Dest: object`, "cross-site"],
  ["Sec-Fetch-Site: cross-site", "cross-site"],
  ["Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: image", "cross-site"],
  ["Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors | Sec-Fetch-Dest: script", "cross-site"],
  [
    "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://evil.example",
    "cross-site"
  ],
  ["Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: null", "cross-site"],
  ["Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example", "may ask"],
  [
    "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: cors | Origin: https://app.example.evil",
    "cross-site"
  ]
] as const

describe("a request, without a password to give", () => {
  it.each(decisions)("with %s: %s", (fields, decision) => {
    assert.strictEqual(decide(requestWith(fields), policy, undefined), decision)
  })
  it("from another site's page is answered by a site, which is there to be embedded", () => {
    const request = requestWith("Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors")
    assert.strictEqual(decide(request, { ...policy, isSite: true }, undefined), "may ask")
  })
  it("from any page is answered where all origins are allowed", () => {
    const request = requestWith("Sec-Fetch-Site: cross-site | Origin: https://evil.example")
    assert.strictEqual(decide(request, { ...policy, origins: ["*"] }, undefined), "may ask")
  })
})

describe("a request, where a password is asked for", () => {
  const accepts = ({ password }: { readonly password: string }) => password === onWire("segrédo:1")
  it.each([
    ["", "must give a password"],
    [basic("default:segrédo:1"), "may ask"],
    [basic(":segrédo:1"), "may ask"],
    [basic("anybody:segrédo:1"), "may ask"],
    [basic("default:segredo"), "wrong password"],
    [basic("default:"), "wrong password"],
    [basic("default"), "wrong password"],
    ["Authorization: Basic", "wrong password"],
    ["Authorization: Basic !!!", "wrong password"],
    ["Authorization: Bearer x", "wrong password"],
    [`${basic("default:segrédo:1")} | ${basic("default:segrédo:1")}`, "wrong password"],
    [basic("default:segrédo:1").replace("Basic", "bAsIc"), "may ask"],
    [`${basic("default:segrédo:1")} | Sec-Fetch-Site: cross-site`, "cross-site"]
  ] as const)("with %s: %s", (fields, decision) => {
    assert.strictEqual(decide(requestWith(fields), policy, accepts), decision)
  })
  it("may ask beforehand whether it may, from an allowed origin", () => {
    const origin = "Origin: https://app.example | Access-Control-Request-Method: GET"
    assert.strictEqual(decide(requestWith(origin, "OPTIONS"), policy, accepts), "may ask")
    assert.strictEqual(
      decide(requestWith("Origin: https://evil.example", "OPTIONS"), policy, accepts),
      "must give a password"
    )
  })
})

describe("credentials", () => {
  it("are cut at the first colon, for a password may have others", () => {
    assert.deepStrictEqual(credentialsOf(requestWith(basic("a:b:c"))), {
      user: "a",
      password: "b:c"
    })
  })
})
