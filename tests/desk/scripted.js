// What script adds to the desk: lists that bring themselves up to date, a warning, a key.
//
// Time is played in the browser. Does not test that everything works without script: the other tests run without.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn } from './lib/browser.js';

const MINUTE_MS = 60_000;
const ADA = {
  family: 'Newcome', given: 'Ada', born: '1985-04-04', drug: 'cannabis', identity: 'photo_document', ethnicity: 'NS',
  checks: [], signs: {}, safe_now: { codes: [] }, area: 'West Berkshire', agrees: { answer: 'yes' },
  consent: { contact: 'yes', feedback: 'yes', wording: 'v1', language: 'en' }, reach: { phone: '07700 900140', may: ['text'] },
};

export function scripted(world) {
  test('a worklist brings itself up to date while nobody works on it', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'moss', { script: true });
    await page.clock.install();
    await page.goto('/');
    assert.equal(await page.getByText('Ada Newcome').count(), 0);
    await demo.phone('kaur', 'refer', JSON.stringify(ADA));
    await demo.phone('kaur', 'sync');
    await page.clock.fastForward(MINUTE_MS);
    await page.getByRole('link', { name: 'Ada Newcome', exact: true }).waitFor();
    await page.context().close();
  });

  test('a page that comes back from memory is shown while its session lasts, and not after', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'bell', { script: true });
    await page.goto('/');
    const comesBack = () => page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await comesBack();
    await page.locator('main').waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    await page.context().clearCookies();
    await comesBack();
    await page.waitForURL('**/sign-in');
    await page.context().close();
  });

  test('a page says before its session ends, and goes on when it is asked to', async () => {
    const { demo, chrome, looks } = world;
    const page = await signedIn(chrome, demo, 'bell', { script: true });
    await page.clock.install();
    await page.goto('/me');
    const warning = page.getByRole('alert');
    assert.equal(await warning.count(), 0);
    await page.clock.fastForward(27 * MINUTE_MS);
    await warning.waitFor();
    await looks.at(page, 'ending');
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await warning.waitFor({ state: 'hidden' });
    await page.context().close();
  });
}
