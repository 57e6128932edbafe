// look.mjs URL DIRECTORY: the sign-in page light and dark in Chromium. Prints a line each: {"scheme",
// "buttons": their texts, "light": how light the page is, 0 to 1}, and leaves a picture of it in DIRECTORY.
import { launch } from "./chromium.mjs";

const [url, directory] = process.argv.slice(2);

// In the page: the card, or what is behind it.
function look() {
  const colors = [...document.querySelectorAll(".card, body, html")].map((e) => getComputedStyle(e).backgroundColor);
  const solid = colors.map((color) => color.match(/[\d.]+/g).map(Number)).find(([, , , alpha]) => alpha !== 0);
  return { buttons: [...document.querySelectorAll("button")].map((button) => button.innerText.trim().split("\n").pop()),
    light: (solid[0] + solid[1] + solid[2]) / 765 };
}

const { browser, end } = await launch();
for (const scheme of ["light", "dark"]) {
  const page = await browser.newPage({ viewport: { width: 600, height: 700 }, colorScheme: scheme, locale: "en" });
  await page.goto(url);
  console.log(JSON.stringify({ scheme, ...(await page.evaluate(look)) }));
  await page.locator(".card").screenshot({ path: `${directory}/manual-sign-in-${scheme}.png` });
  await page.close();
}
await end();
