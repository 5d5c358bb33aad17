// Signing in and out, and setting an account up with a code from a lead.
//
// Does not test limits and lock-outs: the server's tests play the time for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { codeNow } from './lib/authenticator.js';
import { fresh, signedIn } from './lib/browser.js';

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

  test('a lead adds a worker, who sets up an account with the code that is shown', async () => {
    const { demo, chrome, looks } = world;
    const lead = await signedIn(chrome, demo, 'moss', { script: true });
    await lead.goto('/people');
    await lead.getByLabel('Name').fill('Ines Marlow');
    await lead.getByLabel('Role').selectOption('outreach_worker');
    await lead.getByLabel('Works for').selectOption({ label: 'Swanway Drug Service' });
    await lead.getByRole('button', { name: 'Add' }).click();
    const code = await lead.locator('.code').innerText();
    await looks.at(lead, 'lead-code-shown');

    const page = await fresh(chrome, demo, { script: true });
    await page.goto('/set-up');
    await looks.at(page, 'set-up');
    await page.getByRole('textbox').fill(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Sign-in name').fill('ines');
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    await looks.at(page, 'set-up-faults');
    await page.getByLabel('New password').fill('five small boats at noon');
    await page.getByLabel('The same password again').fill('five small boats at noon');
    await page.getByLabel('The code that the app shows now').fill(codeNow(await page.locator('.code').innerText()));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await looks.at(page, 'set-up-done');
    await page.getByRole('link', { name: 'I have written them down' }).click();
    await page.getByRole('heading', { name: 'What waits for you' }).waitFor();
    await Promise.all([lead, page].map((open) => open.context().close()));
  });
}
