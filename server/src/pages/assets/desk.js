// What script adds to the desk. Nothing needs it: without it every page can be read, decided and recorded.
//
// Lists bring themselves up to date, a page says before its session ends, Back shows nothing after it has ended, and
// Ctrl+Enter sends what is being written.
// Sends nothing that was typed, and keeps nothing in the browser.

(() => {
  const MINUTE_MS = 60000;

  /* Lists bring themselves up to date. Asking for that is no sign that somebody is there: the server does not count it. */

  const isAtWork = () => {
    const main = document.querySelector('main');
    const hasTyped = [...main.querySelectorAll('input:not([type="hidden"]), textarea')].some((field) => field.value !== field.defaultValue);
    const isWithin = main !== document.activeElement && main.contains(document.activeElement);
    return hasTyped || isWithin || String(document.getSelection()) !== '' || document.hidden;
  };

  const refresh = async () => {
    if (isAtWork()) return;
    const answer = await fetch(location.href, { headers: { accept: 'text/html', 'waymark-refresh': 'yes' } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected || isAtWork()) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of ['main', 'footer']) {
      document.querySelector(part).replaceWith(fresh.querySelector(part));
    }
  };

  if (document.querySelector('[data-refreshes]')) setInterval(refresh, MINUTE_MS);

  /* A page says before its session ends. */

  const ending = document.getElementById('ending');
  if (ending) {
    let warning;
    const wait = () => {
      ending.hidden = true;
      clearTimeout(warning);
      warning = setTimeout(() => { ending.hidden = false; }, Number(ending.dataset.warnAfterMs));
    };
    ending.querySelector('button').addEventListener('click', async () => {
      const answer = await fetch('/me', { headers: { accept: 'text/html' } }).catch(() => null);
      if (answer && answer.ok && !answer.redirected) wait();
    });
    wait();
  }

  /* Back may show a page from memory whose session has ended since: it is shown again once the server says that it has not. */

  addEventListener('pageshow', async (event) => {
    if (!event.persisted) return;
    document.body.hidden = true;
    const answer = await fetch('/me', { headers: { accept: 'text/html', 'waymark-refresh': 'yes' } }).catch(() => null);
    if (answer && answer.ok && !answer.redirected) document.body.hidden = false;
    else location.replace('/sign-in');
  });

  /* Ctrl+Enter sends what is being written. */

  document.addEventListener('keydown', (event) => {
    const field = event.target;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && field instanceof HTMLTextAreaElement && field.form) {
      event.preventDefault();
      field.form.requestSubmit(field.form.querySelector('button[type="submit"]'));
    }
  });
})();
