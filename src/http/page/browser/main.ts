/** What the page of a folder is with a script. Without it the page does all but previews and checks, by its links. */
import { checkFiles } from "./Check.ts"
import { liven } from "./List.ts"
import { followChanges } from "./Live.ts"
import { announce } from "./Page.ts"
import { previewFiles } from "./Preview.ts"

/** CONSULTA and HORA tell what they have to tell without leaving the page. */
const answerHere = (): void => {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.menu a[href^="/-/"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault()
      fetch(link.href, { headers: { Accept: "text/plain" } })
        .then((answer) => answer.text())
        .then(announce, () => location.assign(link.href))
    })
  }
}

liven()
previewFiles()
checkFiles()
answerHere()
followChanges()
