// The last lines of .ci/run: adds its steps to the tests that vitest reported. Fails if anything did, or if the browser
// tests did not run.
import { readFileSync } from 'node:fs';

const [passedSteps, failedSteps, ...reports] = process.argv.slice(2);
let passed = Number(passedSteps);
let failed = Number(failedSteps);
let inBrowser = 0;

for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    for (const { name, assertionResults } of report.testResults) {
      if (name.endsWith('.browser.test.ts')) inBrowser += assertionResults.filter(({ status }) => status === 'passed').length;
    }
  } catch (error) {
    console.log(`no test results: ${error.message}`);
    failed++;
  }
}
if (inBrowser === 0) {
  console.log('no test ran in the browser');
  failed++;
}

console.log(`${passedSteps} steps and ${passed - passedSteps} tests passed, ${inBrowser} of them in the browser`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
