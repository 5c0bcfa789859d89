/** One cluster for a whole run of the tests over S3: test files find its gateways in a variable. */
import { missingPackages, startCeph } from "../support/peers/Ceph.ts"

/** The variable that tells test files where the gateways are. */
export const variable = "SOCKETS_TEST_S3"

/** The gateway of the cluster. */
export const endpoint = process.env[variable] ?? ""

/** Before the first test file. What it returns is done after the last. */
export const setup = async () => {
  if (missingPackages.length > 0) {
    throw new Error(`tests over S3 need Debian's ${missingPackages.join(", ")}`)
  }
  const { gateways, stop } = await startCeph("memstore", 1)
  process.env[variable] = gateways[0]
  return stop
}
