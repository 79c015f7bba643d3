/**
 * Entry of the process in which the users of a stress run live, apart from the host whose figures are taken. It gets one order over its
 * IPC channel, and answers with one report.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PRESENTERS } from '../commands/demo.ts';
import { countMarks, markOf, writeMarked } from './marks.ts';
import { connectTo, makeTake, registerPicture, type Connection, type Progress, type ServiceAddress, type TakeReport } from './user.ts';

export interface StressOrder {
  address: ServiceAddress;
  users: number;
  seconds: number;
  /** Further users who come one after another, ask for a short take and leave. */
  newcomers: boolean;
  /** Each user makes this many takes and no more; null: as many as the time allows. */
  takesEach: number | null;
  /** Edge of the frames. */
  size: number;
  folder: string;
}

export interface UserReport {
  takes: TakeReport[];
  progress: Progress[];
  /** Frames decoded, and of these the ones that bear another user's mark or none. */
  framesSeen: number;
  framesForeign: number;
}

export interface StressReport {
  users: UserReport[];
  /** First playable bytes of each newcomer's take. */
  newcomersMs: number[];
  newcomersFailed: number;
  /** performance.timeOrigin-based milliseconds between which all users were at work. */
  busyMs: [from: number, to: number];
}

export type StressMessage = { type: 'busy' } | { type: 'checking' } | { type: 'report'; report: StressReport };

/** Some fifteen seconds each, so that a take has several chunks. */
const SCRIPTS = {
  fa: 'امروز می‌خواهم دربارهٔ یک ابزار تازه صحبت کنم. این ابزار از یک عکس ساده، ویدیویی می‌سازد که در آن چهره سخن می‌گوید. نه کارت گرافیک لازم است و نه اینترنت. هر چه بنویسید، همان را می‌خواند.',
  en: 'Today I would like to talk about a new tool. It takes a simple photo and makes a video in which the face speaks. It needs neither a graphics card nor the internet. Whatever you write is what it says.',
};
const NEWCOMER = { fa: 'سلام، من تازه آمده‌ام.', en: 'Hello, I have only just come in.' };

const say = (message: StressMessage): void => void process.send?.(message);
const now = (): number => performance.timeOrigin + performance.now();

/** A text that was not spoken before: the speech store must not make it easier than it is for real users. */
const fresh = (script: string, number: number): string => `${script} ${number}.`;

async function run(order: StressOrder): Promise<StressReport> {
  const { users, seconds, folder, size, address } = order;
  const connections = Array.from({ length: users }, () => connectTo(address));
  const [first] = connections;
  const voices = await first.client.call('voices.list', null);
  const members = [];
  for (const [user, connection] of connections.entries()) {
    const picture = path.join(folder, `user-${user}.png`);
    await writeMarked(user % 2 === 0 ? PRESENTERS.woman : PRESENTERS.man, picture, size, markOf(user, users));
    const avatar = await registerPicture(connection, await readFile(picture), `user-${user}.png`);
    const { sessionId } = await connection.client.call('sessions.open', { name: `user ${user}` });
    members.push({ user, connection, sessionId, avatar, voice: voices[user % voices.length] });
  }
  say({ type: 'busy' });
  const from = now();
  const until = from + seconds * 1000;
  const working = members.map(async ({ connection, sessionId, avatar, voice }): Promise<Omit<UserReport, 'framesSeen' | 'framesForeign'>> => {
    const takes: TakeReport[] = [];
    const progress: Progress[] = [];
    let before = 0;
    while (now() < until && (order.takesEach === null || takes.length < order.takesEach)) {
      const script = fresh(SCRIPTS[voice.lang], takes.length + 1);
      const take = await makeTake(connection, { sessionId, avatar, voice: voice.id, script, size, folder }, (frames) => progress.push([now(), before + frames]));
      takes.push(take);
      before += take.framesDone;
      if (take.state !== 'finished') await sleep(200); // whatever refuses is not asked without end
    }
    return { takes, progress };
  });
  const newcomers = order.newcomers ? await comeAndGo(order, members[0].avatar, voices, until) : { newcomersMs: [], newcomersFailed: 0 };
  const reports = await Promise.all(working);
  const busyMs: StressReport['busyMs'] = [Math.max(...reports.map(({ progress }) => progress[0]?.[0] ?? from)), Math.min(until, ...reports.map(({ progress }) => progress.at(-1)?.[0] ?? until))];
  for (const connection of connections) connection.close();

  say({ type: 'checking' });
  const checked: UserReport[] = [];
  for (const [user, report] of reports.entries()) {
    let [framesSeen, framesForeign] = [0, 0];
    for (const { file } of report.takes) {
      if (file === '') continue;
      const { frames, foreign } = await countMarks(file, user, users).catch(() => ({ frames: 0, foreign: 0 }));
      framesSeen += frames;
      framesForeign += foreign;
      await rm(file, { force: true });
    }
    checked.push({ ...report, framesSeen, framesForeign });
  }
  return { users: checked, ...newcomers, busyMs };
}

/** Each comes on a connection of its own, with a voice and a text of its own, and leaves when its take is done. */
async function comeAndGo({ address, folder, size }: StressOrder, avatar: string, voices: { id: string; lang: string }[], until: number): Promise<Pick<StressReport, 'newcomersMs' | 'newcomersFailed'>> {
  const newcomersMs: number[] = [];
  let newcomersFailed = 0;
  for (let each = 0; now() < until; each++) {
    const connection: Connection = connectTo(address);
    const voice = voices[each % voices.length];
    const { sessionId } = await connection.client.call('sessions.open', { name: 'newcomer' });
    const take = await makeTake(connection, { sessionId, avatar, voice: voice.id, script: fresh(NEWCOMER[voice.lang as 'fa' | 'en'], each), size, folder });
    if (take.firstBytesMs === null || take.state !== 'finished') newcomersFailed += 1;
    else newcomersMs.push(take.firstBytesMs);
    await rm(take.file, { force: true });
    await connection.client.call('sessions.close', { sessionId });
    connection.close();
  }
  return { newcomersMs, newcomersFailed };
}

process.once('message', (order: StressOrder) => {
  void run(order).then(
    (report) => {
      // A long report takes its time on the channel.
      process.send?.({ type: 'report', report } satisfies StressMessage, () => process.disconnect());
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
