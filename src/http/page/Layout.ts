/** What every page has around its content: the head, the menu of the original client, and what the script needs. */
import { assetLinks } from "./Assets.ts"
import { gap, type Html, markup } from "./Html.ts"
import type { Language } from "./texts/Language.ts"
import { english } from "./texts/English.ts"
import { menu, portuguese, type Texts } from "./texts/Portuguese.ts"

/** What is said in a language. */
export const textsOf = (language: Language): Texts => (language === "pt" ? portuguese : english)

/** Where the menu's five lead: what an entry of the list leads to is another page, ARQUIVO and SAIR are on this one. */
const menuLinks = ["/-/info", "/-/time", "#busca", "/", "#adeus"]

const menuOf = (texts: Texts, lang: string): Html =>
  markup`<nav aria-label="${texts.menuLabel}">
    <ol class="menu" lang="pt-BR">
      ${menu.map(
        (name, index) =>
          markup`<li>
            <a
              href="${menuLinks[index] === "/" ? `/${lang}` : menuLinks[index]}"
              title="${texts.menuTitles[index]}"
              ><kbd>${index + 1}</kbd> ${name}</a
            >
          </li>`
      )}
    </ol>
  </nav>`

/** The beginning of the body, with what the script says in the page's language (browser/Page reads it). */
const bodyTag = (texts: Texts): Html =>
  markup`<body
    data-check-bad="${texts.checkBad}"
    data-check-failed="${texts.checkFailed}"
    data-check-good="${texts.checkGood}"
    data-checking="${texts.checking}"
    data-check-unknown="${texts.checkUnknown}"
    data-close="${texts.close}"
    data-following="${texts.following}"
    data-live="${gap}"
    data-no-preview="${texts.noPreview}"
    data-open="${texts.open}"
    data-preview-failed="${texts.previewFailed}"
    data-previous="${texts.previous}"
    data-visible="${texts.visible}"
  >`

/** A whole page. Where its script hears of changes is its gap, for that is another after each change. */
export const document = (content: {
  readonly language: Language
  readonly title: string
  /** The query by which links keep the language, empty where the browser's is meant. */
  readonly lang: string
  /** The link to this page in the other language. */
  readonly otherLanguage: string
  readonly main: Html
}): string => {
  const texts = textsOf(content.language)
  return markup`<!doctype html>
    <html lang="${texts.code}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${content.title}</title>
        <link rel="icon" href="${assetLinks.icon}" />
        <link rel="stylesheet" href="${assetLinks.style}" />
        <script src="${assetLinks.script}" defer></script>
      </head>
      ${bodyTag(texts)}
        <header>
          <a class="skip" href="#lista">${texts.skip}</a>
          ${menuOf(texts, content.lang)}
          <a
            class="language"
            href="${content.otherLanguage}"
            lang="${texts.other.code}"
            hreflang="${texts.other.code}"
            >${texts.other.name}</a
          >
        </header>
        <main>${content.main}</main>
        <p id="adeus" lang="pt-BR">${texts.goodbye}</p>
        <p id="estado" role="status"></p>
      </body>
    </html>
`.toString()
}
