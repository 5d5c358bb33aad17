// Readers who try each other's addresses: what is not theirs looks as if it were not there.
//
// Does not test what each page shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn } from './lib/browser.js';
import { linksOf } from './lib/walk.js';

const NOWHERE = '00000000-0000-4000-8000-00000000dead';

export function strangers(world) {
  test('what is not theirs gives the same bytes as what does not exist', async () => {
    const { demo, chrome, found, looks } = world;
    const pairs = [
      ['obi', found.officer, /^\/referrals\/[^/]+/],
      ['ferris', found.lead, /^\/(referrals|conflicts)\/[^/]{30,}/],
      ['reid', found.admin, /^\/(people|persons|policy|conflicts|devices)/],
      ['lyle', found.admin, /^\/(referrals|persons|conflicts)\/[^/]+/],
      ['kaur', found.lead, /^\/conflicts\/[^/]{30,}/],
    ];
    for (const [name, addresses, whose] of pairs) {
      const page = await signedIn(chrome, demo, name, { script: true });
      await page.goto('/');
      const own = await linksOf(page);
      const missing = await answer(page, `/referrals/${NOWHERE}`);
      assert.equal(missing.status, 404);
      const tried = addresses.filter((address) => whose.test(address) && !own.includes(address));
      assert.ok(tried.length > 0, `${name} has addresses to try`);
      let refused = 0;
      for (const address of tried) {
        const got = await answer(page, address);
        if (got.status === 200) continue;
        refused += 1;
        if (got.status === 404) assert.deepEqual(got, missing, `${name} at ${address}`);
      }
      assert.ok(refused > 0, `${name} is refused something`);
      await page.goto(`/referrals/${NOWHERE}`);
      await looks.at(page, 'not-found');
      await page.context().close();
    }
  });
}

/** What the server answers in this browser: status and every byte. */
async function answer(page, address) {
  const response = await page.request.get(address, { headers: { accept: 'text/html' } });
  return { status: response.status(), body: (await response.body()).toString('base64') };
}
