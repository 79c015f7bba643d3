/** The studio's advice about memory, which comes as English sentences, in the page's language: by what each begins with, and its figures. */
const KNOWN = [
  { key: 'restart', form: /^The engine has grown by ([\d.]+) GB since its start \(budget ([\d.]+) GB\)/ },
  { key: 'hold', form: /^Memory is nearly used up/ },
  { key: 'smaller', form: /^Memory gets scarce/ },
  { key: 'others', form: /^The GPU holds ([\d.]+) GB of the ([\d.]+) GB/ },
  { key: 'models', form: /^With its models loaded the (?:engine|GPU) holds ([\d.]+) GB, more than the ([\d.]+) GB/ },
  { key: 'faces', form: /^Faces kept in memory take ([\d.]+) GB, more than the ([\d.]+) GB/ },
] as const;

/** null: a sentence that is not known here. */
export function adviceOf(sentence: string): { key: (typeof KNOWN)[number]['key']; gb: number | null; of: number | null } | null {
  for (const { key, form } of KNOWN) {
    const match = form.exec(sentence);
    if (match) return { key, gb: match[1] === undefined ? null : Number(match[1]), of: match[2] === undefined ? null : Number(match[2]) };
  }
  return null;
}
