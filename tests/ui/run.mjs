// The pages as people use them: Chromium against the program on the example estate.
//   node tests/ui/run.mjs ASEPSIS EXAMPLES [FOLDER FOR SCREENSHOTS]
// Ends with 77 where Chromium is not there.
import { launch, chromiumPath } from './browser.mjs';
import { openHospital } from './hospital.mjs';
import { logIns } from './log_in.mjs';
import { looks } from './looks.mjs';
import { finish } from './report.mjs';
import { uses } from './uses.mjs';

const [program, examples, shots] = process.argv.slice(2);
if (!chromiumPath) {
  console.log('SKIPPED: Chromium is not there (scripts/install-packages check)');
  process.exit(77);
}
const browser = await launch();
const hospital = await openHospital(browser, program, examples);
let status = 2;
try {
  await looks(browser, hospital, shots);
  await uses(browser, hospital);  // the last of them logs out
  await logIns(browser, program);
  status = finish();
} finally {
  await browser.close();
}
process.exit(status);
