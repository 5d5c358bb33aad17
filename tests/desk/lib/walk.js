// Walking through the desk as somebody: every page that a link leads to, from the start on.
//
// Does not send a form.

import assert from 'node:assert/strict';

/** Pages of one kind that somebody opens: those of sixty people do not differ more than those of a few. */
const MOST_OF_A_KIND = 12;

/** Opens every page that is linked from `/`, and looks at it; gives their addresses. */
export async function walk(page, role, looks) {
  const ahead = [{ address: '/', from: 'the start' }];
  const known = new Set(['/']);
  const opened = new Map();
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    const { address, from } = next;
    const kind = named(address);
    opened.set(kind, (opened.get(kind) ?? 0) + 1);
    if (opened.get(kind) > MOST_OF_A_KIND) continue;
    const response = await page.goto(address);
    assert.equal(response.status(), 200, `${role} finds a link to ${address} on ${from}`);
    await looks.at(page, `${role}${kind}`);
    for (const link of await linksOf(page)) {
      if (!known.has(link)) {
        known.add(link);
        ahead.push({ address: link, from: address });
      }
    }
  }
  return [...known];
}

/** The pages of the desk that a page has links to. */
export async function linksOf(page) {
  const links = await page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')));
  return links.map((href) => href.split('#')[0]).filter((href) => href.startsWith('/'));
}

/** What a page's screenshot is called: its address, without ids and cursors. */
function named(address) {
  const parts = address.split('?')[0].split('/').filter(Boolean);
  return ['', ...parts.map((part) => (part.length > 24 ? 'one' : part))].join('-') || '-home';
}
