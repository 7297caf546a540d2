// Opens a page that `timeline --html` wrote in Chromium, does what a reader does, and says what is
// wrong. Called by a test of timeline: node timeline.mjs PAGE THREADS, where the program made so many
// threads of one kind

import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, threads] = [process.argv[2], Number(process.argv[3])];
const faults = [];
const expect = (holds, what) => { if (!holds) faults.push(what); };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

// How long a page may take for one thing, on a machine that does others as well, in milliseconds.
const PATIENCE = 120_000;

async function look(width, height, colorScheme) {
  const where = `${width} ${colorScheme}`;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => faults.push(`${where}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${where}: script: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href) faults.push(`${where}: asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  const drawn = () => page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  const text = (selector) => page.locator(selector).innerText();
  const lines = () => page.locator(".panel:first-child tbody tr").count();
  const colors = () => page.evaluate(() => {
    const canvas = document.querySelector(".lanes");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4) found.add(data.slice(at, at + 3).join());
    return found.size;
  });
  const marks = () => page.evaluate(() => document.querySelector(".scale").toDataURL());
  await drawn();

  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow <= 0, `${where}: ${overflow} pixels too wide`);
  expect(await colors() >= 4, `${where}: the picture is empty`);
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect((dark === "rgb(20, 24, 29)") === (colorScheme === "dark"), `${where}: the page is ${dark}`);

  // Lanes of one kind are one until they are unfolded.
  expect(await lines() === 2, `${where}: ${await lines()} lines when folded`);
  await page.click("#fold");
  await drawn();
  expect(await lines() === threads + 1, `${where}: ${await lines()} lines when unfolded`);

  // What a lane does, in words, when the mouse rests on it.
  const box = await page.locator(".lanes").boundingBox();
  const middle = { x: box.x + box.width * 0.6, y: box.y + (width < 700 ? 28 : 12) };
  if (width > 700) {
    await page.mouse.move(middle.x, middle.y);
    const told = await text(".tip");
    expect(/main\n.+, .+ (ms|µs|s) \(/.test(told), `${where}: the hint is ${JSON.stringify(told)}`);
  }

  // The cursor, a step on and back, another lane, its arrows.
  await page.mouse.click(middle.x, middle.y);
  await drawn();
  const at = await text(".panel:first-child h2");
  await page.keyboard.press("ArrowRight");
  await drawn();
  const next = await text(".panel:first-child h2");
  expect(next !== at, `${where}: a step on leaves the cursor at ${at}`);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  await drawn();
  expect(await page.locator("tr.chosen").count() === 1, `${where}: no lane is chosen`);
  const before = await page.evaluate(() => document.querySelector(".lanes").toDataURL());
  await page.keyboard.press("r");
  await drawn();
  const after = await page.evaluate(() => document.querySelector(".lanes").toDataURL());
  expect(before !== after, `${where}: no arrows on demand`);

  // Zoom by key, by wheel and by button, drag, and all again.
  const whole = await marks();
  await page.keyboard.press("+");
  await drawn();
  const near = await marks();
  expect(near !== whole, `${where}: + does not zoom`);
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x - 60, middle.y, { steps: 4 });
  await page.mouse.up();
  await drawn();
  expect(await marks() !== near, `${where}: dragging does not move`);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await drawn();
  await page.click("#all");
  await drawn();
  expect(await marks() === whole, `${where}: all is not all`);

  // The totals of the lanes make the total of all.
  expect(await page.locator(".panel:last-child tbody tr").count() === threads + 2, `${where}: totals`);

  // The other language, and back.
  const english = await text(".legend");
  await page.click("#language");
  expect(await page.evaluate(() => document.documentElement.lang) === "zh", `${where}: not Chinese`);
  expect(/睡眠/.test(await text(".legend")) && /sleeping/.test(english), `${where}: legend`);
  await page.click("#language");
  expect(await text(".legend") === english, `${where}: not English again`);
  if (process.env.PICTURES) {
    await page.screenshot({ path: `${process.env.PICTURES}-${width}-${colorScheme}.png` });
  }
  await page.close();
}

// With fingers: a tap sets the cursor, two fingers that part or close zoom around their middle, one finger
// moves in time, and up and down goes on moving the page.
async function touch(colorScheme) {
  const where = `touch ${colorScheme}`;
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${where}: script: ${error.message}`));
  await page.goto(pathToFileURL(file).href);
  const drawn = () => page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  const marks = () => page.evaluate(() => document.querySelector(".scale").toDataURL());
  const fingers = await context.newCDPSession(page);
  const send = (type, points) => fingers.send("Input.dispatchTouchEvent", {
    type, touchPoints: points.map(([x, y], id) => ({ x, y, id })),
  });
  // Each finger from one place to another, in small steps.
  async function move(...paths) {
    const steps = 8;
    const at = (part) => paths.map(([from, to]) => from.map((value, axis) => value + (to[axis] - value) * part));
    await send("touchStart", at(0));
    for (let step = 1; step <= steps; step++) await send("touchMove", at(step / steps));
    await send("touchEnd", []);
    await drawn();
  }
  await drawn();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, `${where}: too wide`);
  await page.click("#fold");
  await drawn();

  const box = await page.locator(".lanes").boundingBox();
  const y = box.y + 28, left = box.x + box.width * 0.4, right = box.x + box.width * 0.6;
  await page.touchscreen.tap(right, y);
  await drawn();
  const at = await page.locator(".panel:first-child h2").innerText();
  expect(/\d/.test(at), `${where}: a tap sets no cursor: ${at}`);
  expect(await page.locator("tr.chosen").count() === 1, `${where}: a tap chooses no lane`);

  const whole = await marks();
  await move([[left, y], [left - 80, y]], [[right, y], [right + 80, y]]);
  const near = await marks();
  expect(near !== whole, `${where}: two fingers that part do not zoom`);
  await move([[right, y], [left, y]]);
  expect(await marks() !== near, `${where}: a finger does not move in time`);
  for (let times = 0; times < 3; times++) await move([[left - 80, y], [left, y]], [[right + 80, y], [right, y]]);
  expect(await marks() === whole, `${where}: two fingers that close do not show all`);
  expect(await page.evaluate(() => visualViewport.scale) === 1, `${where}: the page itself is zoomed`);

  for (let times = 0; times < 3; times++) await move([[left, 700], [left, 300]]);
  await page.waitForFunction(() => document.querySelector(".lanes").getBoundingClientRect().top < -50)
    .catch(() => faults.push(`${where}: the page does not scroll over the lanes`));
  expect(await marks() === whole, `${where}: scrolling moves in time`);
  // The marks of time stay in sight, however far down the lanes go.
  const top = await page.evaluate(() => document.querySelector(".scale").getBoundingClientRect().top);
  expect(Math.abs(top) < 1, `${where}: the scale stands at ${top}`);
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}-touch-${colorScheme}.png` });
  await context.close();
}

try {
  for (const scheme of ["light", "dark"]) {
    await look(1280, 900, scheme);
    await look(390, 844, scheme);
    await touch(scheme);
  }
} finally {
  await browser.close();
}
for (const line of faults) console.error(line);
process.exitCode = faults.length === 0 ? 0 : 1;
