// Two workers, each with a server of its own: the machines that run this have two cores.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  outputDir: "target/results",
  workers: 2,
  // Once more, for what a browser on a busy machine does of its own accord; `run` names what needed it, and bears few.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["json", { outputFile: "target/results/report.json" }]],
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    launchOptions: {
      executablePath: process.env.REMIT_CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
});
