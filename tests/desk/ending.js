// A session that ends while somebody types: what was typed comes back, to whoever had typed it.
//
// Comes last, since the desk is closed and served again, half an hour later. Does not test the limits themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn, signIn } from './lib/browser.js';

const PLACE = 'The hall behind St Mary’s, first door';

export function ending(world) {
  test('Ctrl-C ends the demo, and what was being typed half an hour later comes back to whoever had typed it', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'ferris', { script: true });
    await page.goto('/slots');
    await page.getByLabel('Day').fill('2027-03-01');
    await page.getByLabel('Time').fill('10:30');
    await page.getByLabel('Where').fill(PLACE);
    const { code, said } = await demo.end();
    assert.equal(code, 0, said);
    assert.match(said, /The desk is closed/);

    await demo.serveAgain(31 * 60_000);
    await page.getByRole('button', { name: 'Open an appointment' }).click();
    await page.getByText('What you typed is kept for you').waitFor();
    await world.looks.at(page, 'signed-out-kept');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, demo, 'reid');
    assert.equal(await page.getByText(PLACE).count(), 0, 'another person does not see it');
    await page.goto('/kept');
    assert.equal(new URL(page.url()).pathname, '/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, demo, 'ferris');
    await page.getByRole('heading', { name: 'You were signed out while you were typing' }).waitFor();
    await world.looks.at(page, 'kept');
    assert.equal(await page.getByLabel('Where').inputValue(), PLACE);
    await page.getByRole('button', { name: 'Send it now' }).click();
    await page.getByText(PLACE).waitFor();
    await page.context().close();
  });
}
