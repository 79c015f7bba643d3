/** `sima`: the command line as a function. Commands live in commands/; here are the grammar and the last word on errors. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { dataHome } from '../engine/home.ts';
import { QUALITIES } from '../shared/contract/request.ts';
import { DEVICES } from '../shared/vocabulary.ts';
import type { Context } from './context.ts';
import { EXIT, exitCodeOf } from './exit.ts';

/** Commands are loaded when they are called: each brings libraries that the others do without. */
const lazily =
  <A extends unknown[]>(load: () => Promise<(...given: A) => Promise<void>>) =>
  async (...given: A): Promise<void> =>
    (await load())(...given);
const avatarsAdd = lazily(async () => (await import('./commands/avatars.ts')).avatarsAdd);
const avatarsFaces = lazily(async () => (await import('./commands/avatars.ts')).avatarsFaces);
const avatarsList = lazily(async () => (await import('./commands/avatars.ts')).avatarsList);
const avatarsRemove = lazily(async () => (await import('./commands/avatars.ts')).avatarsRemove);
const avatarsShow = lazily(async () => (await import('./commands/avatars.ts')).avatarsShow);
const avatarsVerify = lazily(async () => (await import('./commands/avatars.ts')).avatarsVerify);
const modelsDefault = lazily(async () => (await import('./commands/models.ts')).modelsDefault);
const modelsFetch = lazily(async () => (await import('./commands/models.ts')).modelsFetch);
const modelsImport = lazily(async () => (await import('./commands/models.ts')).modelsImport);
const modelsList = lazily(async () => (await import('./commands/models.ts')).modelsList);
const modelsRemove = lazily(async () => (await import('./commands/models.ts')).modelsRemove);
const modelsVerify = lazily(async () => (await import('./commands/models.ts')).modelsVerify);
const takesExport = lazily(async () => (await import('./commands/takesExport.ts')).takesExport);
const takesKeep = lazily(async () => (await import('./commands/takes.ts')).takesKeep);
const takesList = lazily(async () => (await import('./commands/takes.ts')).takesList);
const takesRemove = lazily(async () => (await import('./commands/takes.ts')).takesRemove);
const takesShow = lazily(async () => (await import('./commands/takes.ts')).takesShow);
const voicesFetch = lazily(async () => (await import('./commands/voices.ts')).voicesFetch);
const voicesImport = lazily(async () => (await import('./commands/voices.ts')).voicesImport);
const voicesRemove = lazily(async () => (await import('./commands/voices.ts')).voicesRemove);
const voicesList = lazily(async () => (await import('./commands/voices.ts')).voicesList);
const voicesSay = lazily(async () => (await import('./commands/voices.ts')).voicesSay);
const render = lazily(async () => (await import('./commands/render.ts')).render);
const bench = lazily(async () => (await import('./commands/bench.ts')).bench);
const serve = lazily(async () => (await import('./commands/serve.ts')).serve);
const start = lazily(async () => (await import('./commands/start.ts')).start);
const demo = lazily(async () => (await import('./commands/demo.ts')).demo);
const stress = lazily(async () => (await import('./commands/stress.ts')).stress);
const qa = lazily(async () => (await import('./commands/qa.ts')).qa);
const doctor = lazily(async () => (await import('./commands/doctor.ts')).doctor);

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
};
const size = (text: string): { width: number; height: number } => {
  const match = /^(\d+)[x×](\d+)$/i.exec(text);
  if (!match) throw new InvalidArgumentError('Write it as WIDTHxHEIGHT, e.g. 1080x1920.');
  return { width: Number(match[1]), height: Number(match[2]) };
};

/** Adds --home and --json to a command too, so that they may stand anywhere. */
const command = (parent: Command, grammar: string, description: string): Command =>
  parent.command(grammar).description(description).option('--home <dir>', 'data folder').option('--json', 'print one JSON object as the last line').exitOverride();

/** @param signal aborted: whatever runs is given up in order */
function simaCommand(signal: AbortSignal): Command {
  const program = new Command('sima')
    .description('Sima (سیما): talking-avatar videos in Persian and English, made on this machine.')
    .option('--home <dir>', 'data folder (else $SIMA_HOME, else the platform’s)')
    .option('--json', 'print one JSON object as the last line')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 bug, 2 invalid input or usage, 3 missing asset, 4 device, 5 I/O, 6 capacity, 7 checked and found wanting, 130 canceled.',
    );

  const context = (cmd: Command): Context => {
    const options = cmd.optsWithGlobals<{ home?: string; json?: boolean }>();
    return { home: dataHome(options.home), json: options.json === true, signal };
  };

  command(program, 'render', 'Render a take: a face says a text (or follows a recording) and becomes an MP4.')
    .requiredOption('--avatar <file|id>', 'photo or clip of a face (it is registered first), or the id of an avatar')
    .option('--text <text>', 'what to say, Persian, English or both')
    .option('--script <file>', 'what to say, from a UTF-8 text file')
    .option('--audio <file>', 'a recording to follow instead of a voice (wav, mp3, m4a, ogg, flac, the sound of a video…)')
    .option('--transcript <file>', 'what is said in the recording, from a UTF-8 text file: for subtitles, whose times are then estimates')
    .option('--as-recorded', 'leave the recording as it is: its silence, its noise and its loudness')
    .option('--loudness <lufs>', 'what the recording is brought to, −31 to −10; default: the settings’, else -16', number)
    .option('--voice <id>', 'voice for everything; default: each language’s own (see: sima voices list)')
    .option('--rate <x>', 'speed of the voice, 0.5 to 2', number, 1)
    .option('--pitch <x>', 'pitch of the voice, 0.5 to 2', number, 1)
    .option('--model <id>', 'lip-sync model; default: that of sima models default, else the built-in rig')
    .addOption(new Option('--device <name>', 'where models run').choices(DEVICES).default('auto'))
    .option('--fps <n>', 'frames per second, 10 to 60; default: 25 for a photo, a clip’s own', number)
    .option('--size <WxH>', 'frame size, even; the picture is scaled to cover it and what sticks out is cut, the face kept inside; default: the source’s own', size)
    .option('--face <n>', 'which face, counted from 1, left to right, where there are several', number)
    .option('--background <b>', 'keep, blur, blur:0.7, a colour as #00b140, or picture:FILE', 'keep')
    .option('--no-idle', 'no blinks and no breath of motion on photos')
    .addOption(new Option('--quality <name>', 'live is fast; final takes longer and looks a little better').choices(QUALITIES).default('live'))
    .option('--keep', 'keep the take in the library too (see: sima takes list)')
    .requiredOption('--out <file.mp4>', 'where the video goes; an existing file is replaced once the new one is whole')
    .option('--srt <file>', 'subtitles as SRT')
    .option('--vtt <file>', 'subtitles as WebVTT')
    .action((options: Parameters<typeof render>[0], cmd: Command) => render(options, context(cmd)));

  const avatars = program.command('avatars').description('Faces, registered once and then at hand.').exitOverride();
  command(avatars, 'add', 'Register a photo or clip.')
    .argument('<file>')
    .option('--name <name>', 'default: the file’s name')
    .option('--face <n>', 'which face, counted from 1, left to right, where there are several', number)
    .option('--consent-who <who>', 'whose face it is')
    .option('--consent-statement <text>', 'what that person agreed to')
    .action((file: string, options: Parameters<typeof avatarsAdd>[1], cmd: Command) => avatarsAdd(file, options, context(cmd)));
  command(avatars, 'faces', 'The faces of a photo or clip, to choose one with --face.')
    .argument('<file>')
    .option('--thumbnails <dir>', 'write a picture of each into this folder')
    .action((file: string, options: Parameters<typeof avatarsFaces>[1], cmd: Command) => avatarsFaces(file, options, context(cmd)));
  command(avatars, 'list', 'All avatars.')
    .option('--search <text>', 'only those whose name or tags hold it')
    .action((options: Parameters<typeof avatarsList>[0], cmd: Command) => avatarsList(options, context(cmd)));
  command(avatars, 'show', 'What is known of an avatar.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .action((id: string, _: unknown, cmd: Command) => avatarsShow(id, context(cmd)));
  command(avatars, 'verify', 'Compare every file of the library with its checksum.').action((_: unknown, cmd: Command) => avatarsVerify(context(cmd)));
  command(avatars, 'remove', 'Remove an avatar.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .action((id: string, _: unknown, cmd: Command) => avatarsRemove(id, context(cmd)));

  const models = program.command('models').description('Lip-sync and face models.').exitOverride();
  command(models, 'list', 'All models: shipped, imported, and known ones that you can bring.').action((_: unknown, cmd: Command) => modelsList(context(cmd)));
  command(models, 'import', 'Check a Wav2Lip ONNX file and keep a copy of it.')
    .argument('<file>')
    .option('--id <id>', 'name for it; default: its file name')
    .action((file: string, options: { id?: string }, cmd: Command) => modelsImport(file, options, context(cmd)));
  command(models, 'fetch', 'Download a known model from its source; broken off, it goes on where it was the next time.')
    .argument('<id>')
    .option('--accept-licence', 'you have read its licence and accept it')
    .action((id: string, options: { acceptLicence?: boolean }, cmd: Command) => modelsFetch(id, options, context(cmd)));
  command(models, 'default', 'Choose the lip-sync model of takes that name none: wav2lip_gan, …, or rig for the built-in one again.')
    .argument('<id>')
    .action((id: string, _: unknown, cmd: Command) => modelsDefault(id, context(cmd)));
  command(models, 'verify', 'Compare every installed model with its checksum.').action((_: unknown, cmd: Command) => modelsVerify(context(cmd)));
  command(models, 'remove', 'Remove an imported model.')
    .argument('<id>')
    .action((id: string, _: unknown, cmd: Command) => modelsRemove(id, context(cmd)));

  const takes = program.command('takes').description('Takes that are kept in the library.').exitOverride();
  command(takes, 'list', 'All takes, newest first.').action((_: unknown, cmd: Command) => takesList(context(cmd)));
  command(takes, 'show', 'What is known of a take.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .action((id: string, _: unknown, cmd: Command) => takesShow(id, context(cmd)));
  command(takes, 'export', 'Write a finished take as files: its video, its sound alone, subtitles, a picture. All of them or, after a failure or Ctrl-C, none.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .option('--out <file.mp4>', 'the video: the same frames, nothing is encoded again, unless one of the next five is given; an existing file is replaced once the new one is whole')
    .option('--size <WxH>', 'a smaller frame size of the same shape', size)
    .option('--target-mb <n>', 'a file of at most so many MB (of 10⁶ bytes), and hardly less', number)
    .option('--kbps <n>', 'so many kbit/s for the picture', number)
    .option('--burn', 'subtitles in the picture')
    .addOption(new Option('--encoder <name>', 'auto: NVENC where the graphics card has it, else x264').choices(['auto', 'x264', 'nvenc']))
    .option('--srt <file>', 'subtitles as SRT')
    .option('--vtt <file>', 'subtitles as WebVTT')
    .option('--karaoke', 'with the time of each word (WebVTT)')
    .option('--audio <file.m4a|wav>', 'the sound alone: as it is coded, or as 16-bit samples')
    .option('--poster <file.jpg|png>', 'a picture of the video')
    .option('--at <seconds>', 'of which moment; default: the first', number)
    .action((id: string, options: Parameters<typeof takesExport>[1], cmd: Command) => takesExport(id, options, context(cmd)));
  command(takes, 'keep', 'Mark a take: it is not removed to make room.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .option('--undo', 'take the mark away')
    .action((id: string, options: Parameters<typeof takesKeep>[1], cmd: Command) => takesKeep(id, options, context(cmd)));
  command(takes, 'remove', 'Remove a take.')
    .argument('<id>', 'or its beginning, at least 4 characters')
    .action((id: string, _: unknown, cmd: Command) => takesRemove(id, context(cmd)));

  const voices = program.command('voices').description('Voices.').exitOverride();
  command(voices, 'list', 'All voices.').action((_: unknown, cmd: Command) => voicesList(context(cmd)));
  command(voices, 'import', 'Check a Piper voice (NAME.onnx with NAME.onnx.json), hear it once and keep a copy of it.')
    .argument('<file.onnx>')
    .option('--config <file.json>', 'its description; default: NAME.onnx.json beside it')
    .action((file: string, options: { config?: string }, cmd: Command) => voicesImport(file, options, context(cmd)));
  command(voices, 'fetch', 'Download a known voice, or say where it is to be had.')
    .argument('<id>')
    .action((id: string, _: unknown, cmd: Command) => voicesFetch(id, context(cmd)));
  command(voices, 'remove', 'Remove an imported voice.')
    .argument('<id>')
    .action((id: string, _: unknown, cmd: Command) => voicesRemove(id, context(cmd)));
  command(voices, 'say', 'Speak a text into a WAV file, or tell its length and words.')
    .argument('<text>')
    .option('--voice <id>', 'default: that of the text’s language')
    .option('--rate <x>', '0.5 to 2', number, 1)
    .option('--pitch <x>', '0.5 to 2', number, 1)
    .option('--explain', 'show what is really spoken: numbers as words, languages apart, phonemes')
    .option('--out <file.wav>', 'where the sound goes')
    .action((text: string, options: Parameters<typeof voicesSay>[1], cmd: Command) => voicesSay(text, options, context(cmd)));

  command(program, 'start', 'Open the studio: in its own window where Electron can be had, else in the browser (in a checkout: npm start).')
    .option('--browser', 'in the browser, whatever there is')
    .option('--no-open', 'print the address and open no browser')
    .action((options: Parameters<typeof start>[0], cmd: Command) => start(options, context(cmd)));

  command(program, 'serve', 'Offer the studio to browsers and to other programs: its page, its contract over a WebSocket, each take as a growing MP4 (docs/PROTOCOL.md). Ends with Ctrl-C.')
    .option('--host <address>', 'where to listen; others than this machine reach it only at another address than the default', '127.0.0.1')
    .option('--port <n>', '0: any that is free', number, 0)
    .option('--max-sessions <n>', 'users at once; default: maxSessions of engine.json, else 5', number)
    .option('--page <dir|none>', 'the studio’s page; default: the one that npm run build made, where it did')
    .addOption(new Option('--device <name>', 'where models run').choices(DEVICES).default('auto'))
    .action((options: Parameters<typeof serve>[0], cmd: Command) => serve(options, context(cmd)));

  command(program, 'bench', 'Measure this machine beside the targets: cold start, faces, cache, first bytes, chunks, speed, restart. At most a minute.')
    .option('--full', 'more of everything, and your own Wav2Lip models: takes minutes')
    .addOption(new Option('--device <name>', 'where models run').choices(DEVICES).default('auto'))
    .action((options: Parameters<typeof bench>[0], cmd: Command) => bench(options, context(cmd)));

  command(program, 'qa', 'Measure the lip-sync of a video or a take on its frames: offset, closures, silence, seam, sharpness, jitter. Exit code 7 where it is poor.')
    .argument('<file|take>', 'any video file, or a take’s id (or its beginning, at least 4 characters)')
    .option('--html <file.html>', 'write a report with pictures of the worst moments')
    .addOption(new Option('--lang <fa|en>', 'language of the report').choices(['fa', 'en']).default('en'))
    .action((what: string, options: Parameters<typeof qa>[1], cmd: Command) => qa(what, options, context(cmd)));

  command(program, 'doctor', 'Check this machine and Sima itself; says what to change and why, and changes nothing.').action((_: unknown, cmd: Command) => doctor(context(cmd)));

  command(program, 'stress', 'Let several users at once loose on the real service, and say how each fared.')
    .requiredOption('--users <n>', 'how many', number)
    .option('--seconds <s>', 'how long', number, 60)
    .addOption(new Option('--device <name>', 'where models run').choices(DEVICES).default('auto'))
    .action((options: Parameters<typeof stress>[0], cmd: Command) => stress(options, context(cmd)));

  command(program, 'demo', 'Render the two presenters saying a Persian and an English paragraph.')
    .option('--out <dir>', 'folder for the videos', 'demo')
    .action((options: Parameters<typeof demo>[0], cmd: Command) => demo(options, context(cmd)));

  return program;
}

/**
 * Runs one command line, and leaves its outcome in `process.exitCode`: one command after the other, never two at once. Never throws.
 * @param args what follows the program's name
 * @param signal for giving up in order
 */
export async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await simaCommand(signal).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has written its own sentence; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.input;
      if (error.exitCode !== 0 && args.includes('--json')) console.log(JSON.stringify({ error: { code: 'invalid-input', message: error.message } }));
    } else {
      const { exitCode, data } = exitCodeOf(signal.aborted ? signal.reason : error);
      process.stderr.write(`sima: ${data.message}\n`);
      if (args.includes('--json')) console.log(JSON.stringify({ error: data }));
      process.exitCode = exitCode;
    }
  }
}
