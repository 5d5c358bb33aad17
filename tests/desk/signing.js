// Signing in and out in a browser, and a session that ends while somebody types.
//
// Does not test limits and lock-outs: the server's tests play the time for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fresh, signedIn, signIn } from './lib/browser.js';

export function signing(world) {
  test('somebody signs in, also after a wrong password and a wrong code, and signs out', async () => {
    const { demo, chrome, looks } = world;
    const page = await fresh(chrome, demo, { script: true });
    await page.goto('/conflicts');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await looks.at(page, 'sign-in');
    await page.getByLabel('Name').fill('hale');
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await looks.at(page, 'sign-in-faults');
    assert.equal(await page.getByLabel('Name').inputValue(), 'hale');
    assert.equal(await page.getByLabel('Password').inputValue(), '');
    await page.getByLabel('Password').fill(demo.password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('textbox').waitFor();
    await looks.at(page, 'sign-in-code');
    await page.getByRole('textbox').fill('000000');
    await page.getByRole('main').getByRole('button').click();
    await page.getByRole('alert').waitFor();
    await looks.at(page, 'sign-in-code-faults');
    await page.getByRole('textbox').fill(demo.code('hale'));
    await page.getByRole('main').getByRole('button').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.context().close();
  });
}
