// Walking through the desk as somebody: every page that a link leads to, from the start on.
//
// Does not send a form.

import assert from 'node:assert/strict';

/** Opens every page that is linked from `/`, and looks at it; gives their addresses. */
export async function walk(page, role, looks) {
  const known = new Set(found);
  for (let address = found.shift(); address !== undefined; address = found.shift()) {
    const response = await page.goto(address);
    assert.equal(response.status(), 200, `${role} finds a link to ${address}`);
    await looks.at(page, `${role}${named(address)}`);
    const links = await page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')));
    for (const link of links.map((href) => href.split('#')[0]).filter((href) => href.startsWith('/'))) {
      if (!known.has(link)) {
        known.add(link);
        found.push({ address: link, from: address });
      }
    }
  }
  return [...known];
}

/** What a page's screenshot is called: its address, without ids and cursors. */
function named(address) {
  const parts = address.split('?')[0].split('/').filter(Boolean);
  return ['', ...parts.map((part) => (part.length > 24 ? 'one' : part))].join('-') || '-home';
}
