// Looking at a page: axe at two widths, in light and dark, and a screenshot of each.
//
// A page that is built like one before it is looked at once: people differ, and their pages hardly do. Does not walk
// from page to page: see `walk.js`.

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { NARROW, WIDE } from './browser.js';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Pages of one name that are looked at: what they have to differ in has shown by then. */
const MOST_OF_A_NAME = 6;
/** In pixels: a longer picture is cut. */
const LONGEST_SHOT = 2600;
const SHOTS = process.env.SCREENSHOTS ?? join(process.cwd(), 'target', 'desk-screenshots');

/** Empties the folder of the screenshots. */
export async function begin() {
  await rm(SHOTS, { recursive: true, force: true });
  await mkdir(SHOTS, { recursive: true });
}

/** What was looked at, and what was wrong with it. */
export class Looks {
  #built = new Set();
  #names = new Map();
  faults = [];
  pages = 0;
  looked = 0;

  /** Looks at the page that is open, unless one that is built alike was looked at. */
  async at(page, name) {
    this.pages += 1;
    const build = createHash('sha256').update(await page.evaluate(skeleton)).digest('hex');
    const count = (this.#names.get(name) ?? 0) + 1;
    if (this.#built.has(build) || count > MOST_OF_A_NAME) return;
    this.#built.add(build);
    this.looked += 1;
    this.#names.set(name, count);
    const file = count === 1 ? name : `${name}-${count}`;
    await page.evaluate(AXE);
    // It ends as it began: wide and light.
    for (const [width, size] of [['360', NARROW], ['1280', WIDE]]) {
      await page.setViewportSize(size);
      for (const colours of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme: colours });
        await this.#check(page, `${file} ${width} ${colours}`, colours);
      }
      const path = join(SHOTS, `${file}-${width}.png`);
      await page.screenshot({ path, ...(await upToHeight(page, size.width)) });
    }
  }

  async #check(page, where, colours) {
    // In the dark only the colours are others.
    const only = colours === 'dark' ? { runOnly: ['color-contrast'] } : {};
    const found = await page.evaluate(async (options) => {
      const result = await globalThis.axe.run(document, { ...options, resultTypes: ['violations'] });
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
    }, only);
    // A page that is wider than the screen has to be pushed to and fro.
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`it is ${wide} px wider than the screen`);
    this.faults.push(...found.map((fault) => `${where}: ${fault}`));
  }
}

/** The page down to where a picture would be too long to look at. */
async function upToHeight(page, width) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  return { fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, LONGEST_SHOT) } };
}

/** How a page is built: elements with their classes and attributes; what repeats is told once. Runs in the page. */
function skeleton() {
  const told = (element) => {
    const attributes = [...element.attributes].map(({ name }) => name).sort();
    // Lists differ in length and order; what stands in them is what is looked at.
    const children = [...new Set([...element.children].map(told))].sort();
    return `${element.tagName}.${element.className}[${attributes}](${children.join()})`;
  };
  return told(document.body);
}
