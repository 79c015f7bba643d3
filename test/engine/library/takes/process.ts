/**
 * Another process at a home's takes: `node process.ts publish HOME` renders three takes until it is killed and tells each fragment once it is
 * published; `node process.ts adopt HOME ID` waits for a line, tries to adopt, tells the outcome, and stays until its input ends.
 */
import { once } from 'node:events';
import { openTakes } from '../../../../src/engine/library/takes.ts';
import { beginTake, publishNext } from './makeTake.ts';
import type { Fragment } from '../../../../src/shared/contract/take.ts';

const [what, home, id] = process.argv.slice(2);
const takes = openTakes(home);
const say = (line: string) => new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));

if (what === 'publish') {
  const ids = [1, 2, 3].map(() => beginTake(takes, { fragments: 0 }));
  const last = new Map<string, Fragment>();
  await say(`ready ${ids.join(' ')}`);
  for (;;) {
    for (const each of ids) {
      const fragment = publishNext(takes, each, last.get(each));
      last.set(each, fragment);
      await say(`published ${each} ${fragment.index}`);
    }
  }
}
await say('ready');
await once(process.stdin, 'data');
await say((await takes.adopt(id)) ? 'won' : 'lost');
await once(process.stdin.resume(), 'end');
await takes.close();
