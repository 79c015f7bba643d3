/** A vitest reporter that ends the run with what passed only at its second try, and with the line CI judges by: `N passed, N failed[, N skipped]`. */
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    const unlucky: string[] = [];
    for (const module of modules) {
      // A file that could not even be loaded is one failure, though it holds no test.
      if (module.errors().length > 0) failed += 1;
      // Nor is a group whose preparation failed a number of skipped tests.
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed' && test.diagnostic()?.flaky) unlucky.push(`Passed at the second try: ${module.relativeModuleId} > ${test.fullName}`);
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    // Written once everything else of vitest's report is out.
    process.on('exit', () => console.log(`${unlucky.map((line) => `${line}\n`).join('')}${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`));
  }
}
