/**
 * The page's script, style and icon: what their addresses are, and what is answered there. An address holds a part of
 * the digest of its content, so what is there never changes, and a browser that has it need not ask again.
 */
import * as ByteString from "../../domain/ByteString.ts"
import { icon, script, style, type Built } from "./BrowserAssets.ts"

/** What is answered at an asset's address. */
export interface Asset {
  readonly mediaType: string
  /** Also the strong validator of the content. */
  readonly digest: string
  readonly content: ByteString.ByteString
}

/** How long a browser may keep an asset (RFC 8246: it need not be asked for again). */
export const assetCacheControl = "public, max-age=31536000, immutable"

const asset = (mediaType: string, { digest, text }: Built): Asset => ({
  mediaType,
  digest,
  content: ByteString.fromText(text)
})

/** The addresses, as paths of this server. */
export const assetLinks = {
  script: `/-/page.${script.digest}.js`,
  style: `/-/page.${style.digest}.css`,
  icon: `/-/icon.${icon.digest}.svg`
}

const assets: ReadonlyMap<string, Asset> = new Map([
  [assetLinks.script, asset("text/javascript; charset=utf-8", script)],
  [assetLinks.style, asset("text/css; charset=utf-8", style)],
  [assetLinks.icon, asset("image/svg+xml", icon)]
])

/** The asset at a path, such as `/-/page.0123456789abcdef.js`. */
export const assetAt = (path: string): Asset | undefined => assets.get(path)
