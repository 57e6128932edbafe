// mail-look.mjs DIRECTORY: mails in Chromium. stdin has one a line: {"name", "html"}; each is shown
// light and dark, on a phone and on a desktop, and as programs show it that drop style sheets. Prints a
// line each: {"name", "shown", "wide": what is wider than the window, "faint": texts with less
// than WCAG's contrast of 4.5, "asked": what was fetched}; a screenshot of each is left in DIRECTORY.
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";

const shown = [["light", 320], ["dark", 320], ["light", 900], ["dark", 900], ["plain", 320]];

// In the page.
function look() {
  const channel = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const rgb = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = rgb(getComputedStyle(element).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = [], wide = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.getBoundingClientRect().right > innerWidth + 0.5) wide.push(element.tagName);
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
    if (!text || text === "\u00a0") continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(text);
  }
  return { wide, faint };
}

const { browser, end } = await launch();
for await (const line of createInterface({ input: process.stdin })) {
  const { name, html } = JSON.parse(line);
  for (const [scheme, width] of shown) {
    const page = await browser.newPage({ viewport: { width, height: 600 }, colorScheme: scheme === "plain" ? "light" : scheme });
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.setContent(scheme === "plain" ? html.replace(/<style>.*?<\/style>/s, "") : html);
    console.log(JSON.stringify({ name, shown: `${scheme} ${width}`, asked, ...(await page.evaluate(look)) }));
    await page.screenshot({ path: `${process.argv[2]}/mail-${name}-${scheme}-${width}.png`, fullPage: true });
    await page.close();
  }
}
await end();
