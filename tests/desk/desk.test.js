// The desk in a browser, as people use it: one demo, one server, one Chromium.
//
// `make test` runs this through the test `browser` of the workspace. Does not test what the desk knows and decides: the
// server's own tests do.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';

import { Demo } from './lib/demo.js';
import { begin, Looks } from './lib/look.js';
import { complaints, open, signedIn } from './lib/browser.js';
import { walk } from './lib/walk.js';
import { ending } from './ending.js';
import { referring } from './referring.js';
import { scripted } from './scripted.js';
import { service } from './service.js';
import { settling } from './settling.js';
import { signing } from './signing.js';
import { strangers } from './strangers.js';

const PEOPLE = { admin: 'hale', supervisor: 'bell', lead: 'moss', worker: 'reid', officer: 'kaur', auditor: 'lyle' };

/** What the tests share; they run one after the other, and later ones find what earlier ones did. */
const world = { demo: undefined, chrome: undefined, looks: new Looks(), found: {} };

before(async () => {
  await begin();
  [world.demo, world.chrome] = await Promise.all([Demo.start(), open()]);
});

after(async () => {
  await world.chrome?.close();
  await world.demo?.clear();
});

for (const [role, name] of Object.entries(PEOPLE)) {
  test(`every page that somebody finds a link to opens and can be read: ${role}`, async () => {
    const page = await signedIn(world.chrome, world.demo, name, { script: true });
    world.found[role] = await walk(page, role, world.looks);
    await page.context().close();
  });
}

signing(world);
strangers(world);
settling(world);
service(world);
referring(world);
scripted(world);
ending(world);

test('no page that was opened breaks a rule of accessibility, or is wider than its screen', () => {
  assert.deepEqual(world.looks.faults, []);
  console.log(`${world.looks.pages} pages opened, ${world.looks.looked} of them built differently`);
});

test('no browser complains of a page', () => {
  assert.deepEqual(complaints, []);
});
