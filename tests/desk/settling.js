// Disagreements as people settle them: found at the start, understood, settled, and gone – also from a phone.
//
// Does not test who may settle what: the server's tests do.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signedIn } from './lib/browser.js';
import { Hands } from './lib/hands.js';

/** The most clicks, submits and fields that settling one may take from the start. */
const MOST_ACTS = 4;

/** The disagreement whose page is open. */
function idOf(page) {
  return new URL(page.url()).pathname.split('/').pop();
}

/** Those that somebody's phone shows as open. */
async function openOn(demo, name) {
  const { conflicts } = await demo.phone(name, 'conflicts', '{}');
  return conflicts.map(({ conflict }) => conflict);
}

export function settling(world) {
  test('a lead finds a disagreement, sees what each answer would change, and settles it', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'moss');
    const hands = new Hands(page);
    await hands.click(hands.link('Came, or did not come'));
    const id = idOf(page);
    assert.ok((await openOn(demo, 'tuck')).includes(id));
    await page.getByRole('heading', { name: 'Came, or did not come' }).waitFor();
    for (const words of ['Reid', 'Tuck', 'Nothing of the others', 'What counts until it is settled']) {
      await page.getByText(words).first().waitFor();
    }
    // He counts as having come, so only the other answer changes something.
    await page.getByText('How far changes to: contacted').waitFor();
    await hands.click(hands.radio(/Attended/));
    await hands.fill('Why?', 'The signing-in sheet has her name');
    await hands.click(hands.button('Settle'));
    await page.getByText('The signing-in sheet has her name').waitFor();
    assert.ok(hands.acts <= MOST_ACTS, `it took ${hands.acts} acts`);
    await page.goto('/conflicts');
    assert.equal(await page.getByText('Ruth Tully').count(), 0);
    for (const phone of ['tuck', 'reid']) {
      await demo.phone(phone, 'sync');
      assert.ok(!(await openOn(demo, phone)).includes(id), `it is gone from ${phone}'s phone`);
    }
    await page.context().close();
  });

  test('an admin who decides on an old page sees what came since, and keeps what was typed', async () => {
    const { demo, chrome, looks } = world;
    const [first, second] = await Promise.all(['hale', 'ward'].map((name) => signedIn(chrome, demo, name, { script: true })));
    for (const page of [first, second]) {
      await page.getByRole('link', { name: 'The date of birth differs' }).first().click();
      await page.getByRole('radio', { name: /24 November 1969/ }).check();
    }
    await first.getByLabel('Why?').fill('As on the passport');
    await first.getByRole('button', { name: 'Settle' }).click();
    await first.getByText('As on the passport').waitFor();
    await looks.at(first, 'admin-settled');
    await second.getByLabel('Why?').fill('I rang him');
    await second.getByRole('button', { name: 'Settle' }).click();
    await second.getByRole('alert').waitFor();
    await looks.at(second, 'admin-shown-anew');
    assert.equal(await second.getByLabel('Why?').inputValue(), 'I rang him');
    assert.match(await second.getByRole('main').innerText(), /Hale.*As on the passport/s);
    await second.getByRole('button', { name: 'Decide again' }).click();
    await second.getByText('I rang him').waitFor();
    await Promise.all([first, second].map((page) => page.context().close()));
  });

  test('a supervisor decides between two outcomes', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'bell');
    const hands = new Hands(page);
    await hands.click(hands.link('The outcome differs'));
    const id = idOf(page);
    await hands.click(hands.radio(/arrest/i));
    await hands.fill('Why?', 'He was wanted');
    await hands.click(hands.button('Settle'));
    await page.getByText('He was wanted').waitFor();
    assert.ok(hands.acts <= MOST_ACTS, `it took ${hands.acts} acts`);
    assert.ok((await openOn(demo, 'kaur')).includes(id));
    await demo.phone('kaur', 'sync');
    assert.ok(!(await openOn(demo, 'kaur')).includes(id));
    await page.context().close();
  });

  test('what is left out or left empty is asked for again, with what was chosen', async () => {
    const { demo, chrome, looks } = world;
    const page = await signedIn(chrome, demo, 'hale', { script: true });
    await page.getByRole('link', { name: 'An entry was kept aside' }).first().click();
    await page.getByRole('radio').last().check();
    await page.getByRole('button', { name: 'Settle' }).click();
    await page.getByRole('alert').waitFor();
    await looks.at(page, 'admin-conflict-faults');
    assert.match(await page.title(), /^Error: /);
    assert.ok(await page.getByRole('radio').last().isChecked());
    await page.getByLabel('Why?').fill('Nobody asked for it');
    await page.getByRole('button', { name: 'Settle' }).click();
    await page.getByText('Nobody asked for it').waitFor();
    await page.context().close();
  });

  test('every other kind is settled by an admin, and the queue is empty', async () => {
    const { demo, chrome } = world;
    const page = await signedIn(chrome, demo, 'ward');
    const answers = [
      ['One meeting, recorded twice?', /Record A/],
      ['Came, or did not come', /Record A/],
      ['Taken back by the police, or taken on by the service', /taken on|Record B/i],
      ['May be one person', 'Two people: keep them apart'],
    ];
    for (const [kind, answer] of answers) {
      await page.goto('/');
      const hands = new Hands(page);
      await hands.click(hands.link(kind));
      await hands.click(hands.radio(answer).first());
      if (await page.getByLabel('Why?').count()) await hands.fill('Why?', 'We have spoken to them all');
      await hands.click(page.getByRole('button', { name: /^(Settle|Decide)$/ }));
      await page.getByRole('button', { name: /^(Settle|Decide)$/ }).waitFor({ state: 'detached' });
      assert.ok(hands.acts <= MOST_ACTS, `${kind} took ${hands.acts} acts`);
    }
    await page.goto('/conflicts');
    await page.getByText('Nothing to settle.').waitFor();
    await demo.phone('hale', 'sync');
    assert.deepEqual(await openOn(demo, 'hale'), []);
    await page.context().close();
  });
}
