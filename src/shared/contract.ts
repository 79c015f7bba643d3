/**
 * What hosts may ask of the studio: every method there is, one line each. Inputs are checked once, here at the door (door.ts); server
 * and client types derive from these schemas, which contract/ holds by what they are about.
 */
import { z } from 'zod';
import { avatarRow, avatarsQuery, cacheFigures, inspectEvent, qualityFinding, registerEvent } from './contract/avatar.ts';
import { chosenVoices, count, file, id, lang, sentence, time } from './contract/common.ts';
import { engineStatus } from './contract/engine.ts';
import { exportInfo, exportSettings, removedExport } from './contract/export.ts';
import { acceptedLicence, modelRow, modelVerdict } from './contract/model.ts';
import { projectRow, projectSchema } from './contract/project.ts';
import { qaEvent, reviewMark } from './contract/qa.ts';
import { loudnessLufs, recordingReport } from './contract/recording.ts';
import { lexicon, lexiconEntry, renderRequest, scriptSegment } from './contract/request.ts';
import { checkRow, settingsReply, studioSettings } from './contract/settings.ts';
import { takeEvent, takeInfo, takesQuery } from './contract/take.ts';
import { telemetrySample } from './contract/telemetry.ts';
import { fetchEvent, planInput, saidSample, sayInput, scriptPlan, voiceInfo } from './contract/voice.ts';

/** How far beyond what its player wanted a take may be rendered, seconds; null: as fast as possible. */
const leadSec = z.number().min(1).max(600).nullable().default(null);
const sessionId = id;
const takeId = id;

/** `call`: one request, one reply. `stream`: many items, until it ends or is closed; closing one never cancels a take. */
export const contract = {
  calls: {
    /** `host`: `desktop` may open dialogs and show folders (the calls `desktop.…`), `service` may not. */
    'studio.info': { input: z.null(), output: z.object({ version: z.string(), protocol: z.int(), pid: count, startedAt: time, host: z.enum(['desktop', 'service']) }) },

    /** A seat in the scheduler. @throws capacity with `details.retryAfterSec` where all are taken */
    'sessions.open': {
      input: z.strictObject({ name: z.string().max(100).optional() }),
      /** `realTime`: this user's takes are expected to keep up with playback at the load there is; else `notice` says why not. */
      output: z.object({ sessionId: id, realTime: z.boolean(), notice: sentence.nullable() }),
    },
    /** Gives the seat back; takes under way are finished first. */
    'sessions.close': { input: z.strictObject({ sessionId }), output: z.null() },

    /** Takes of one session are rendered one after the other. @throws capacity where its queue is full */
    'takes.start': { input: z.strictObject({ sessionId, request: renderRequest, projectId: id.nullable().default(null), leadSec }), output: takeInfo },
    /** A child take: the take with these segments instead of its own. What comes before the first change is copied. `lexicon`: the project's, as it is now. */
    'takes.edit': { input: z.strictObject({ sessionId, takeId, segments: z.array(scriptSegment).min(1).max(5000), lexicon: lexicon.optional(), leadSec }), output: takeInfo },
    /** The player is here now; rendering may go on to `leadSec` beyond. */
    'takes.want': { input: z.strictObject({ takeId, playheadSec: z.number().min(0) }), output: z.null() },
    'takes.cancel': { input: z.strictObject({ takeId }), output: takeInfo },
    /** Newest first. */
    'takes.list': { input: takesQuery, output: z.array(takeInfo) },
    'takes.show': { input: z.strictObject({ takeId }), output: takeInfo },
    'takes.keep': { input: z.strictObject({ takeId, kept: z.boolean() }), output: takeInfo },
    'takes.remove': { input: z.strictObject({ takeId }), output: z.null() },
    /** What all takes use of the disk, and may use. */
    'takes.disk': { input: z.null(), output: z.object({ usedBytes: count, budgetBytes: count, freeBytes: count.nullable() }) },
    /** A page to save or print: figures, verdicts, pictures of the worst moments, the reviewer's marks. Self-contained HTML. */
    'takes.report': { input: z.strictObject({ takeId, marks: z.array(reviewMark).max(1000).default([]), lang: lang.default('en') }), output: z.object({ html: z.string() }) },

    /** Each goes to the queue's end. `folder`: only where the host is this machine's user's. @throws invalid-input where the take is not finished */
    'exports.start': { input: z.strictObject({ takeId, settings: exportSettings, name: z.string().max(150).optional(), folder: z.string().max(4096).optional() }), output: exportInfo },
    'exports.list': { input: z.null(), output: z.array(exportInfo) },
    'exports.pause': { input: z.strictObject({ id }), output: exportInfo },
    'exports.resume': { input: z.strictObject({ id }), output: exportInfo },
    'exports.cancel': { input: z.strictObject({ id }), output: exportInfo },
    /** To the place before another one in the queue; null: to its end. */
    'exports.move': { input: z.strictObject({ id, before: id.nullable() }), output: z.null() },
    /** From the list; its files stay, unless they lie in the studio's own folder. */
    'exports.remove': { input: z.strictObject({ id }), output: z.null() },

    'avatars.list': { input: avatarsQuery, output: z.array(avatarRow) },
    'avatars.describe': { input: z.strictObject({ id, name: z.string().trim().min(1).max(200).optional(), tags: z.array(z.string().max(100)).max(50).optional(), favourite: z.boolean().optional(), voices: chosenVoices.optional() }), output: avatarRow },
    'avatars.report': { input: z.strictObject({ id }), output: z.object({ findings: z.array(qualityFinding) }) },
    /** Its takes stay. It can be had back until the studio is closed, or for an hour. */
    'avatars.remove': { input: z.strictObject({ id }), output: z.null() },
    'avatars.restore': { input: z.strictObject({ id }), output: avatarRow },
    'avatars.cache': { input: z.null(), output: cacheFigures },

    'script.plan': { input: planInput, output: scriptPlan },
    'lexicon.list': { input: z.null(), output: lexicon },
    /** Adds the word, or says it otherwise from now on. */
    'lexicon.put': { input: z.strictObject({ entry: lexiconEntry }), output: z.null() },
    'lexicon.remove': { input: z.strictObject({ lang, word: z.string().max(100) }), output: z.null() },
    'lexicon.import': { input: z.strictObject({ csv: z.string().max(1_000_000) }), output: z.object({ added: count, refused: z.array(z.object({ line: count, reason: sentence })) }) },
    'lexicon.export': { input: z.null(), output: z.object({ csv: z.string() }) },

    /** What a take would do with this recording, measured: nothing of it is kept. @throws invalid-input as a take with it would */
    'recordings.examine': { input: z.strictObject({ file, asRecorded: z.boolean().default(false), loudnessLufs: loudnessLufs.optional() }), output: recordingReport },

    'voices.list': { input: z.null(), output: z.array(voiceInfo) },
    'voices.say': { input: sayInput, output: saidSample },
    /** An `.onnx` and its `.onnx.json`. */
    'voices.import': { input: z.strictObject({ files: z.array(file).min(1).max(2), acceptedLicence: z.boolean().default(false) }), output: voiceInfo },
    'voices.remove': { input: z.strictObject({ id }), output: z.null() },
    'voices.setDefault': { input: z.strictObject({ id }), output: z.null() },

    'models.list': { input: z.null(), output: z.array(modelRow) },
    'models.import': { input: z.strictObject({ file, id: z.string().max(64).optional(), acceptedLicence }), output: modelRow },
    'models.remove': { input: z.strictObject({ id }), output: z.null() },
    'models.setDefault': { input: z.strictObject({ id }), output: z.null() },
    'models.verify': { input: z.null(), output: z.array(modelVerdict) },

    /** A planned restart: takes go on by themselves. */
    'engine.restart': { input: z.null(), output: z.null() },
    /** Samples of the last five minutes, oldest first. */
    'telemetry.history': { input: z.null(), output: z.array(telemetrySample) },
    'settings.get': { input: z.null(), output: settingsReply },
    'settings.set': { input: z.strictObject({ change: studioSettings.partial() }), output: settingsReply },

    'projects.list': { input: z.null(), output: z.array(projectRow) },
    'projects.create': { input: z.strictObject({ name: z.string().trim().min(1).max(200), segments: z.array(scriptSegment).max(5000).default([]) }), output: projectSchema },
    'projects.open': { input: z.strictObject({ id }), output: projectSchema },
    /** `basedOn`: the `savedAt` of the version that was changed; left out, whatever is there is replaced. @throws invalid-input with `details.savedAt` where it was saved elsewhere since */
    'projects.save': { input: z.strictObject({ project: projectSchema, basedOn: time.optional() }), output: z.object({ savedAt: time }) },
    'projects.remove': { input: z.strictObject({ id }), output: z.null() },
    /** A `.sima` file or a package. @throws invalid-input with the field that is wrong, or the newer version that made it */
    'projects.import': { input: z.strictObject({ file }), output: projectSchema },

    /** Desktop only. */
    'desktop.chooseFolder': { input: z.null(), output: z.object({ folder: z.string().nullable() }) },
    'desktop.showExport': { input: z.strictObject({ id }), output: z.null() },
    /** A dialog to save or open a `.sima` file; null: the user thought better of it. `packed`: with everything that it needs, as a package. */
    'desktop.saveProjectAs': { input: z.strictObject({ id, packed: z.boolean().default(false) }), output: z.object({ file: z.string().nullable() }) },
    'desktop.openProject': { input: z.null(), output: projectSchema.nullable() },
    /** The report as a PDF beside a dialog; null: not saved. */
    'desktop.printReport': { input: z.strictObject({ html: z.string().max(50_000_000), name: z.string().max(150) }), output: z.object({ file: z.string().nullable() }) },
  },
  streams: {
    /** The take as it is, then everything that happens to it; ends when the take has ended. */
    'takes.watch': { input: z.strictObject({ takeId }), item: takeEvent },
    /** Progress 0..1, then the report; a take's is kept. */
    'qa.measure': { input: z.union([z.strictObject({ takeId }), z.strictObject({ file })]), item: qaEvent },
    /** Each export whenever something about it changes, or it was removed; all there are, first. */
    'exports.watch': { input: z.null(), item: z.union([exportInfo, removedExport]) },
    /** The faces in a file, to choose from before it is registered. */
    'avatars.inspect': { input: z.strictObject({ file }), item: inspectEvent },
    /** Progress 0..1, then the avatar. */
    'avatars.register': { input: z.strictObject({ file, face: z.int().min(1).optional(), name: z.string().max(200).optional(), tags: z.array(z.string().max(100)).max(50).optional() }), item: registerEvent },
    /** Goes on where it was broken off. @throws io, invalid-input where what came is not what the manifest says */
    'voices.fetch': { input: z.strictObject({ id, acceptedLicence }), item: fetchEvent },
    'models.fetch': { input: z.strictObject({ id, acceptedLicence }), item: fetchEvent },
    'engine.watch': { input: z.null(), item: engineStatus },
    'telemetry.watch': { input: z.null(), item: telemetrySample },
    'doctor.run': { input: z.null(), item: checkRow },
    /** Something of that kind is no longer what it was: ask again. */
    'changes.watch': { input: z.null(), item: z.enum(['avatars', 'takes', 'models', 'voices', 'lexicon', 'projects', 'settings']) },
    /** Desktop only: what its menus and its files ask of the page. A menu's command is a word, or one of the page's keys. With the page's language the menus speak it too. */
    'desktop.commands': { input: z.strictObject({ lang }).nullable(), item: z.discriminatedUnion('type', [z.object({ type: z.literal('menu'), command: z.string() }), z.object({ type: z.literal('open-project'), id })]) },
  },
} as const;

/** Changes whenever a client written for the one before would fail. */
export const PROTOCOL_VERSION = 1;

type Calls = typeof contract.calls;
type Streams = typeof contract.streams;
/** The contract as the client writes it: inputs before defaults. */
export interface StudioApi {
  calls: { [K in keyof Calls]: [input: z.input<Calls[K]['input']>, output: z.output<Calls[K]['output']>] };
  streams: { [K in keyof Streams]: [input: z.input<Streams[K]['input']>, item: z.output<Streams[K]['item']>] };
}
/** The contract as the server answers it: inputs checked and complete. */
export interface StudioServerApi {
  calls: { [K in keyof Calls]: [input: z.output<Calls[K]['input']>, output: z.output<Calls[K]['output']>] };
  streams: { [K in keyof Streams]: [input: z.output<Streams[K]['input']>, item: z.output<Streams[K]['item']>] };
}
