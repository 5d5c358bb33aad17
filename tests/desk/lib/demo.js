// The demo as somebody plays it: `waymark demo` on a terminal, which ends with the desk.
//
// Reads the address and the sign-ins from what the demo prints. Does not open a browser.

import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The binary under test; whoever runs the tests names it, so that no older one is taken. */
export const WAYMARK = process.env.WAYMARK_BIN ?? fail('WAYMARK_BIN must name the waymark binary');

// A demo serves the desk on a terminal alone, so it gets one.
const IN_A_TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
const CTRL_C = '\u0003';

function fail(sentence) {
  throw new Error(sentence);
}

/** A demo whose desk is open. */
export class Demo {
  #terminal;
  #said = '';
  #ended;
  #server;

  /** Plays the demo until its desk is open. */
  static async start() {
    const demo = new Demo();
    demo.kept = await mkdtemp(join(tmpdir(), 'waymark-desk-'));
    demo.#terminal = spawn('python3', ['-c', IN_A_TERMINAL, WAYMARK, 'demo', '--keep', demo.kept]);
    demo.#ended = new Promise((resolve) => demo.#terminal.on('close', resolve));
    const said = demo.#until(/The password of all is: (.+)\r?\n/);
    const early = demo.#ended.then(() => fail(`the demo ended before its desk was open:\n${demo.#said}`));
    demo.password = (await Promise.race([said, early]))[1].trim();
    demo.address = /until you press Ctrl-C: (http:\S+)/.exec(demo.#said)[1];
    demo.people = new Map();
    for (const [, name, codes] of demo.#said.matchAll(/^ {2}(\w+) .*?((?: {2}[0-9A-Z]{5}-[0-9A-Z]{5})+)\r?$/gm)) {
      demo.people.set(name, codes.trim().split(/ +/));
    }
    early.catch(() => {});
    return demo;
  }

  #until(pattern) {
    return new Promise((resolve) => {
      const read = (bytes) => {
        this.#said += bytes;
        const found = pattern.exec(this.#said);
        if (found) resolve(found);
      };
      this.#terminal.stdout.on('data', read);
      this.#terminal.stderr.on('data', read);
    });
  }

  /** A code of somebody that was not used yet. */
  code(name) {
    return this.people.get(name)?.shift() ?? fail(`${name} has no code left`);
  }

  /** Runs a command on somebody's phone, and gives its answer. */
  async phone(name, ...words) {
    const place = ['phone', '--store', join(this.kept, 'phones', name), '--server', this.address];
    const { stdout } = await run(WAYMARK, [...place, ...words]);
    return JSON.parse(stdout);
  }

  /** Presses Ctrl-C; the exit code, and what was said. */
  async end() {
    this.#terminal.stdin.write(CTRL_C);
    return { code: await this.#ended, said: this.#said };
  }

  /** Serves what the demo left at the same address, on another day. */
  async serveAgain(aheadMs) {
    const at = new URL(this.address).host;
    const env = { ...process.env, WAYMARK_AHEAD_MS: String(aheadMs) };
    const options = ['serve', '--data', join(this.kept, 'server'), '--listen', at, '--log-level', 'error'];
    this.#server = spawn(WAYMARK, options, { env });
    const early = once(this.#server, 'exit').then(() => fail('the server does not start again'));
    await Promise.race([once(this.#server.stdout, 'data'), early]);
    early.catch(() => {});
  }

  /** Ends whatever still runs, and deletes what was left. */
  async clear() {
    this.#server?.kill();
    this.#terminal.kill('SIGTERM');
    await this.#ended;
    await rm(this.kept, { recursive: true, force: true });
  }
}
