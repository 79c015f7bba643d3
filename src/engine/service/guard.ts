/**
 * Who may come in. The service listens on this machine's own address, but pages of any site can reach that from the user's browser, and so
 * can other users of the machine: hence a token, and the names of Host and Origin.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Why a request is not let in. */
export interface Refusal {
  status: 401 | 403;
  sentence: string;
}

export interface Guard {
  /** null: let in. `url`: path and query. */
  refuses(headers: Headers, url: URL): Refusal | null;
  /** The right host, whoever asks: for what needs no token. */
  refusesHost(headers: Headers): Refusal | null;
  /** Set-Cookie for a page that was opened with the right token in its address; null for any other. */
  cookieFor(url: URL): string | null;
}

/** 256 bits, in letters that an address may hold. */
export const createToken = (): string => randomBytes(32).toString('base64url');

const WILDCARDS = ['0.0.0.0', '::'];

/** @param host the address that was listened on, as the user named it */
export function createGuard({ token, host, port }: { token: string; host: string; port: number }): Guard {
  const expected = digest(token);
  // Of equal length by hashing, so that the comparison tells nothing by its time.
  const isToken = (given: string | null | undefined): boolean => given != null && timingSafeEqual(digest(given), expected);
  // Cookies know no port: two studios on one machine must not overwrite each other's.
  const cookieName = `sima-${port}`;
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host.toLowerCase()]);

  const refusesHost = (headers: Headers): Refusal | null => {
    const [, name, given] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(headers.get('host') ?? '') ?? [];
    // A name that a stranger's DNS can point here (rebinding) is refused; a bare address cannot be rebound.
    const isKnown = name !== undefined && (names.has(name.toLowerCase()) || (WILDCARDS.includes(host) && isIP(name.replace(/^\[|\]$/g, '')) !== 0));
    if (isKnown && Number(given ?? 80) === port) return null;
    return { status: 403, sentence: 'This address is not the studio’s own. Open the one that sima serve printed.' };
  };

  return {
    refusesHost,
    refuses(headers, url) {
      const wrongHost = refusesHost(headers);
      if (wrongHost) return wrongHost;
      const origin = headers.get('origin');
      if (origin !== null && origin.toLowerCase() !== `http://${headers.get('host')}`.toLowerCase()) {
        return { status: 403, sentence: 'Pages of other sites may not use the studio.' };
      }
      const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
      if (isToken(bearer) || isToken(url.searchParams.get('token'))) return null;
      const cookie = (headers.get('cookie') ?? '').split(';').map((each) => each.trim().split('=')).find(([name]) => name === cookieName)?.[1];
      // A browser sends its cookie for pages of other ports of this machine too; it says so beside it.
      if (isToken(cookie) && ['same-origin', 'none', null].includes(headers.get('sec-fetch-site'))) return null;
      return { status: 401, sentence: 'The token is missing or wrong. Open the address that sima serve printed, or send its token as “Authorization: Bearer TOKEN” or “?token=TOKEN”.' };
    },
    cookieFor: (url) => (isToken(url.searchParams.get('token')) ? `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict` : null),
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
