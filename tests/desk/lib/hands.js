// What somebody's hands do on a page, counted: clicks, submits by a key, and fields that are filled.
//
// The bars of the desk are in these acts. Does not wait for more than the page that an act leads to.

export class Hands {
  acts = 0;

  constructor(page) {
    this.page = page;
  }

  /** Follows a link, presses a button, or picks an answer. */
  async click(locator) {
    this.acts += 1;
    await locator.click();
  }

  async fill(label, text) {
    this.acts += 1;
    await this.page.getByLabel(label).fill(text);
  }

  async choose(label, words) {
    this.acts += 1;
    await this.page.getByLabel(label).selectOption({ label: words });
  }

  link(name) {
    return this.page.getByRole('link', { name }).first();
  }

  button(name) {
    return this.page.getByRole('button', { name });
  }

  radio(name) {
    return this.page.getByRole('radio', { name });
  }
}
