// Browsers of the people of a demo.
//
// A browser runs no script unless it is asked to: everything must work without. Does not know what a page is about.

import { chromium } from 'playwright-core';

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };

/** How long a page may take to come to the state that is waited for. */
const PATIENCE_MS = 15_000;

/** What browsers complained of: a script that failed, or something that the policy of the pages does not allow. */
export const complaints = [];

/** Debian's Chromium. */
export async function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** A browser of its own, with an empty jar of cookies. */
export async function fresh(chrome, demo, { script = false } = {}) {
  const context = await chrome.newContext({ baseURL: demo.address, viewport: WIDE, javaScriptEnabled: script });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A page that answers 404 or 422 is as it should be.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status');
    if (message.type() === 'error' && !isStatus) complaints.push(message.text());
  });
  return page;
}

/** A browser in which somebody has signed in. */
export async function signedIn(chrome, demo, name, options) {
  const page = await fresh(chrome, demo, options);
  await page.goto('/sign-in');
  await signIn(page, demo, name);
  return page;
}

/** Signs in on the page that asks for it. */
export async function signIn(page, demo, name) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(demo.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('textbox').fill(demo.code(name));
  await page.getByRole('main').getByRole('button').click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
