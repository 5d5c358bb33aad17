// An officer with signal refers somebody on the online form, and the signal goes away in the middle.
//
// Does not test what the rules say of the answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn } from './lib/browser.js';

export function referring(world) {
  test('an officer whose network is cut in the middle of the form goes on where it was, and refers', async () => {
    const { demo, chrome, looks } = world;
    const page = await signedIn(chrome, demo, 'obi', { script: true });
    const next = () => page.getByRole('button', { name: 'Continue' }).click();
    const at = (question) => page.getByText(`Question ${question} of 13`).first().waitFor();
    const answer = async (question, give) => {
      await at(question);
      await looks.at(page, `officer-refer-${question}`);
      await give();
      await next();
    };
    await page.goto('/refer');
    await page.getByRole('button', { name: 'Start' }).click();
    await answer(1, () => page.getByRole('radio', { name: 'Heroin' }).check());
    await answer(2, () => page.getByLabel('Amount').fill('two wraps'));
    await answer(3, () => page.getByLabel('Family name').fill('Prosser'));

    await at(4);
    await page.getByLabel('First name').fill('Aled');
    await page.context().setOffline(true);
    await next().catch(() => {});
    await page.waitForURL(/^chrome-error:/);
    await page.context().setOffline(false);
    await page.goto('/refer');
    await page.getByRole('link', { name: /Prosser/ }).click();

    await answer(4, () => page.getByLabel('First name').fill('Aled'));
    await answer(5, async () => {
      for (const [label, value] of [['Day', '2'], ['Month', '10'], ['Year', '1998']]) await page.getByLabel(label, { exact: true }).fill(value);
    });
    await answer(6, () => page.getByRole('radio', { name: /photo/i }).first().check());
    await answer(7, async () => {});
    await answer(8, () => page.getByLabel('None of these').check());
    await answer(9, () => page.getByLabel('Yes, nothing worries me').check());
    await answer(10, () => page.getByRole('radio').last().check());
    await answer(11, () => page.getByRole('radio', { name: 'Yes' }).check());
    await answer(12, async () => {
      for (const group of ['May the service get in touch?', 'May the police be told how far the person got?']) {
        await page.getByRole('group', { name: group }).getByRole('radio', { name: 'Yes' }).check();
      }
    });
    await answer(13, async () => {
      await page.getByLabel('Telephone number').fill('07700 900856');
      await page.getByLabel('Area').selectOption({ label: 'West Berkshire' });
    });
    await page.getByRole('heading', { name: 'Check the answers' }).waitFor();
    await looks.at(page, 'officer-refer-check');
    assert.match(await page.getByRole('main').innerText(), /Prosser[\s\S]*Aled[\s\S]*07700 900856/);
    await page.getByRole('button', { name: 'Refer now' }).click();
    await page.getByText('You do not have to admit anything.').waitFor();
    await looks.at(page, 'officer-refer-done');
    await demo.phone('obi', 'sync');
    const { referrals } = await demo.phone('obi', 'referrals', '{}');
    assert.equal(referrals.filter(({ name }) => name === 'Aled Prosser').length, 1);
    await page.context().close();
  });
}
