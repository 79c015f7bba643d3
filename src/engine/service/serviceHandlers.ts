/** What the service allows of the contract: its clients name what they brought and what is registered, never a file of this machine. */
import path from 'node:path';
import type { StudioServerApi } from '../../shared/contract.ts';
import type { ExportInfo } from '../../shared/contract/export.ts';
import { backgroundFile, type RenderRequest } from '../../shared/contract/request.ts';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Handlers } from '../../shared/rpc.ts';
import { projectInward, projectOutward } from './projectFiles.ts';
import { isUpload, type Uploads } from './uploads.ts';

type Named = Pick<Uploads, 'lend' | 'resolve' | 'nameOf' | 'leave'>;

/** The form of an avatar's id, or of its beginning. */
const AVATAR_ID = /^[0-9a-f]{4,64}(-\d{0,3})?$/i;

/**
 * The handlers for clients that are not this machine's user at a file dialog: `upload:ID` instead of paths, in what is asked for and in
 * what is told of a take.
 * @throws invalid-input where a path is given
 */
export function serviceHandlers(handlers: Handlers<StudioServerApi>, uploads: Named): Handlers<StudioServerApi> {
  const fileOf = async (field: string, name: string): Promise<string> => {
    if (!isUpload(name)) throw new StudioError('invalid-input', `${field}: files of the studio’s machine cannot be named here. Upload it (PUT /uploads) and give the id, upload:….`);
    return uploads.resolve(name);
  };
  const inward = async (request: RenderRequest): Promise<RenderRequest> => {
    const picture = backgroundFile(request.background);
    const files = {
      ...(AVATAR_ID.test(request.avatar) ? {} : { avatar: await fileOf('request.avatar', request.avatar) }),
      ...(request.audio === undefined ? {} : { audio: await fileOf('request.audio', request.audio) }),
    };
    const picturePath = picture === undefined ? null : await fileOf('request.background', picture);
    for (const file of [...Object.values(files), picturePath]) if (file !== null) uploads.leave(file);
    return { ...request, ...files, ...(picturePath === null ? {} : { background: `picture:${picturePath}` }) };
  };
  /** An upload's id; of any other file its name alone. */
  const told = (file: string): string => {
    const name = uploads.nameOf(file);
    return isUpload(name) ? name : path.basename(name);
  };
  const outward = (take: TakeInfo): TakeInfo => {
    const { avatar, audio, background } = take.request;
    const picture = backgroundFile(background);
    return {
      ...take,
      request: {
        ...take.request,
        avatar: told(avatar),
        ...(audio === undefined ? {} : { audio: told(audio) }),
        background: picture === undefined ? background : `picture:${told(picture)}`,
      },
    };
  };
  /** Their names are enough to download them by (GET /exports/ID). */
  const outwardExport = (info: ExportInfo): ExportInfo => ({ ...info, files: info.files.map((each) => path.basename(each)) });
  const { calls, streams } = handlers;

  return {
    calls: {
      ...calls,
      'takes.start': async (input, signal) => outward(await calls['takes.start']({ ...input, request: await inward(input.request) }, signal)),
      'takes.edit': async (input, signal) => outward(await calls['takes.edit'](input, signal)),
      'takes.cancel': async (input, signal) => outward(await calls['takes.cancel'](input, signal)),
      'takes.list': async (input, signal) => (await calls['takes.list'](input, signal)).map(outward),
      'takes.show': async (input, signal) => outward(await calls['takes.show'](input, signal)),
      'takes.keep': async (input, signal) => outward(await calls['takes.keep'](input, signal)),
      'models.import': async (input, signal) => calls['models.import']({ ...input, file: await fileOf('file', input.file) }, signal),
      'recordings.examine': async (input, signal) => calls['recordings.examine']({ ...input, file: await fileOf('file', input.file) }, signal),
      'voices.import': async (input, signal) => calls['voices.import']({ ...input, files: await Promise.all(input.files.map((file, i) => fileOf(`files.${i}`, file))) }, signal),
      // Which folders this machine has is its own user's matter.
      'settings.get': async (input, signal) => ({ ...(await calls['settings.get'](input, signal)), home: null }),
      'settings.set': async (input, signal) => {
        if (input.change.exportFolder != null) throw new StudioError('invalid-input', 'change.exportFolder: folders of the studio’s machine cannot be named here. Exports lie in the studio’s own folder, and can be downloaded.');
        return { ...(await calls['settings.set'](input, signal)), home: null };
      },
      'exports.start': async (input, signal) => {
        if (input.folder !== undefined) throw new StudioError('invalid-input', 'folder: folders of the studio’s machine cannot be named here. Leave it out, and download the export when it is finished (GET /exports/ID).');
        return outwardExport(await calls['exports.start'](input, signal));
      },
      'exports.list': async (input, signal) => (await calls['exports.list'](input, signal)).map(outwardExport),
      'exports.pause': async (input, signal) => outwardExport(await calls['exports.pause'](input, signal)),
      'exports.resume': async (input, signal) => outwardExport(await calls['exports.resume'](input, signal)),
      'exports.cancel': async (input, signal) => outwardExport(await calls['exports.cancel'](input, signal)),
      'projects.create': async (input, signal) => projectOutward(await calls['projects.create'](input, signal), uploads),
      'projects.open': async (input, signal) => projectOutward(await calls['projects.open'](input, signal), uploads),
      'projects.import': async ({ file }, signal) => projectOutward(await calls['projects.import']({ file: await fileOf('file', file) }, signal), uploads),
      'projects.save': async ({ project, ...rest }, signal) => calls['projects.save']({ ...rest, project: await projectInward(project, uploads) }, signal),
    },
    streams: {
      ...streams,
      async *'takes.watch'(input, signal) {
        for await (const event of streams['takes.watch'](input, signal)) yield event.type === 'take' ? { ...event, take: outward(event.take) } : event;
      },
      async *'qa.measure'(input, signal) {
        yield* streams['qa.measure']('file' in input ? { file: await fileOf('file', input.file) } : input, signal);
      },
      async *'exports.watch'(input, signal) {
        for await (const info of streams['exports.watch'](input, signal)) yield info.state === 'removed' ? info : outwardExport(info);
      },
      async *'avatars.inspect'(input, signal) {
        yield* streams['avatars.inspect']({ file: await fileOf('file', input.file) }, signal);
      },
      async *'avatars.register'(input, signal) {
        yield* streams['avatars.register']({ ...input, file: await fileOf('file', input.file) }, signal);
      },
    },
  };
}

/**
 * A seat belongs to the connection that took it: the handlers of one connection, and what gives its seats back when it is gone.
 */
export function seatedHandlers(handlers: Handlers<StudioServerApi>): { handlers: Handlers<StudioServerApi>; leave: () => void } {
  const { calls } = handlers;
  const seats = new Set<string>();
  let gone = false;
  const giveBack = (sessionId: string) => Promise.resolve(calls['sessions.close']({ sessionId }, new AbortController().signal)).catch(() => undefined);
  return {
    handlers: {
      ...handlers,
      calls: {
        ...calls,
        async 'sessions.open'(input, signal) {
          const seat = await calls['sessions.open'](input, signal);
          if (gone) await giveBack(seat.sessionId);
          else seats.add(seat.sessionId);
          return seat;
        },
        async 'sessions.close'(input, signal) {
          seats.delete(input.sessionId);
          return calls['sessions.close'](input, signal);
        },
      },
    },
    leave() {
      gone = true;
      for (const sessionId of seats) void giveBack(sessionId);
    },
  };
}
