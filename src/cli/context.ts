/** What every command gets beside its own options. */
export interface Context {
  home: string;
  /** Print one JSON object as the last line of stdout. */
  json: boolean;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}
