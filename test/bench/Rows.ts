/** All rows, in the order of the table. */
import type { Row } from "./Row.ts"
import * as Beside from "./rows/Beside.ts"
import * as Growth from "./rows/Growth.ts"
import * as Http from "./rows/Http.ts"
import * as Idle from "./rows/Idle.ts"
import * as Installed from "./rows/Installed.ts"
import * as LargeFiles from "./rows/LargeFiles.ts"
import * as Mirror from "./rows/Mirror.ts"
import * as Names from "./rows/Names.ts"
import * as Python from "./rows/Python.ts"
import * as RealClient from "./rows/RealClient.ts"
import * as SmallFiles from "./rows/SmallFiles.ts"
import * as StartUp from "./rows/StartUp.ts"
import * as SystemCalls from "./rows/SystemCalls.ts"
import * as Time from "./rows/Time.ts"
import * as Tls from "./rows/Tls.ts"
import * as Workers from "./rows/Workers.ts"

/** The table. */
export const rows: ReadonlyArray<Row> = [
  ...Time.rows,
  ...SmallFiles.rows,
  ...Http.rows,
  ...LargeFiles.rows,
  ...Tls.rows,
  ...RealClient.rows,
  ...Mirror.rows,
  ...Idle.rows,
  ...Beside.rows,
  ...StartUp.rows,
  ...Installed.rows,
  ...SystemCalls.rows,
  ...Python.rows,
  ...Workers.rows,
  ...Names.rows,
  ...Growth.rows
]
