import { writeFileSync } from "node:fs";

import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Writes which tests failed, and with which words, to where `LUME_FAILURES` says. */
export default class Failures implements Reporter {
  private readonly lines: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== test.expectedStatus) {
      const words = (result.error?.message ?? result.status).replace(/\u001b\[\d+m/g, "").split("\n");
      const what = words.map((line) => line.trim()).filter((line) => line !== "");
      this.lines.push(`${test.titlePath().filter(Boolean).join(" › ")}: ${what.slice(0, 4).join(" | ")}`);
    }
  }

  onEnd(): void {
    const file = process.env.LUME_FAILURES;
    if (file !== undefined && this.lines.length > 0) {
      writeFileSync(file, `${this.lines.join("\n")}\n`);
    }
  }
}
