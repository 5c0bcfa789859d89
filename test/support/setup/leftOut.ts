/** Says which tests `npm test` leaves out, and why. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { root } from "../programs/App.ts"
import { missingPackages } from "../peers/Ceph.ts"

/** Before the first test file. */
export const setup = () => {
  const files = readdirSync(join(root, "test/s3")).filter((name) => name.endsWith(".s3.test.ts"))
  const why =
    missingPackages.length === 0
      ? "they start a Ceph cluster; run them with npm run test:s3"
      : `they need Debian's packages ${missingPackages.join(", ")}`
  console.log(`Left out, for ${why}: ${files.map((name) => `test/s3/${name}`).join(", ")}`)
}
