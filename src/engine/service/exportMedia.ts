/** Finished exports as files to keep, as functions from Request to Response, for node:http and for Electron's protocols alike. */
import path from 'node:path';
import type { ExportInfo } from '../../shared/contract/export.ts';
import { wholeFile } from './takeMedia.ts';
import { HttpError } from './web.ts';

export interface ExportMediaParts {
  /** All there are, with the whole paths of their files. */
  exports: () => ExportInfo[] | Promise<ExportInfo[]>;
}

const TYPES: Record<string, string> = {
  '.mp4': 'video/mp4', '.m4a': 'audio/mp4', '.wav': 'audio/wav', '.srt': 'application/x-subrip; charset=utf-8', '.vtt': 'text/vtt; charset=utf-8', '.jpg': 'image/jpeg', '.png': 'image/png',
};

/** Answers `/exports/ID`: its main file, or another one with `?file=N`, from 0. GET and HEAD. */
export function createExportMedia({ exports }: ExportMediaParts): (id: string, request: Request) => Promise<Response> {
  return async (id, request) => {
    const found = (await exports()).find((each) => each.id === id);
    if (!found) throw new HttpError(404, 'There is no such export.');
    if (found.state !== 'finished') throw new HttpError(409, `The export is ${found.state}${found.error ? `: ${found.error.message}` : '.'}`);
    const number = new URL(request.url).searchParams.get('file') ?? '0';
    const file = /^\d{1,2}$/.test(number) ? found.files.at(Number(number)) : undefined;
    if (file === undefined) throw new HttpError(404, `This export has ${found.files.length} file${found.files.length === 1 ? '' : 's'}, counted from 0.`);
    const headers = { 'content-type': TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream', 'content-disposition': attachment(path.basename(file)) };
    return wholeFile({ file, etag: `"${encodeURIComponent(id)}-${number}"`, headers, gone: 'The file of this export is no longer there.' }, request);
  };
}

/** The name for browsers (RFC 6266), and one of plain letters for what knows no other. Half a sign, where a name was cut, is written as �. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
