/** Lists with weights, as Accept and Accept-Encoding are (RFC 9110, 12.4.2 and 12.5). */

/** The most members that are looked at: a browser sends some ten. */
const mostMembers = 64

/** The weight of each member by its name in lower case, 0 to 1; a member whose weight is malformed is left out. */
export const weightsOf = (list: string): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>()
  for (const member of list.split(",", mostMembers)) {
    const [name = "", ...parameters] = member.split(";").map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1"
    if (name !== "" && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight)) {
      weights.set(name, Number(weight))
    }
  }
  return weights
}

/** Whether JSON is wanted more than plain text; text is what there is where nothing is said. */
export const prefersJson = (accept: string | undefined): boolean => {
  if (accept === undefined) return false
  const weights = weightsOf(accept)
  const weigh = (type: string, wide: string) =>
    weights.get(type) ?? weights.get(wide) ?? weights.get("*/*") ?? 0
  return weigh("application/json", "application/*") > weigh("text/plain", "text/*")
}
