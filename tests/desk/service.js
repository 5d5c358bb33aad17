// A service's day: a referral is taken on, the person is reached, comes, and it is recorded.
//
// Does not test what can be recorded: the server's tests do.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn } from './lib/browser.js';
import { Hands } from './lib/hands.js';

/** The most clicks, submits and fields from the start to the recorded meeting. */
const MOST_ACTS = 12;
const MINUTE_MS = 60_000;

export function service(world) {
  test('a lead takes somebody on, reaches them, books and records the meeting, in few acts', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'moss');
    const hands = new Hands(page);
    const record = await page.getByRole('link', { name: 'Neil Bristow' }).first().getAttribute('href');
    await hands.click(page.getByRole('listitem').filter({ hasText: 'Neil Bristow' }).getByRole('link', { name: 'Answer' }).first());
    await hands.click(page.getByRole('button', { name: 'Take it on', exact: true }));
    await hands.click(hands.link('Record contact'));
    await hands.click(hands.radio('Spoke with the person'));
    await hands.click(page.getByRole('button', { name: 'Record', exact: true }));
    await hands.click(hands.link('Book a meeting'));
    const [day, time] = inLondon(Date.now() + MINUTE_MS);
    await hands.fill(/^Day/, day);
    await hands.fill(/^Time/, time);
    await hands.click(hands.button('Book a meeting'));
    await hands.click(hands.link('Record attendance'));
    await hands.click(page.getByRole('radio', { name: 'Came', exact: true }));
    await hands.click(page.getByRole('button', { name: 'Record', exact: true }));
    await page.getByText('came to the assessment').first().waitFor();
    assert.ok(hands.acts <= MOST_ACTS, `it took ${hands.acts} acts`);
    await demo.phone('reid', 'sync');
    const seen = await demo.phone('reid', 'referral', JSON.stringify({ record: record.split(/[/?]/)[2] }));
    assert.equal(seen.stage_words, 'came to the assessment');
    await page.context().close();
  });
}

/** Day and time on the clock in London. */
function inLondon(ms) {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'short' });
  return parts.format(ms).split(' ');
}
