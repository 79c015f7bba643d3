/**
 * `npm run campaign -- NAME [--look FOLDER]`: runs one measurement campaign and writes its page into docs/.
 * A campaign is a file NAME.campaign.ts beside this one that exports `campaign`. SIMA_FIXTURES may name a folder of further
 * portraits and recordings.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Campaign } from './campaign.ts';

const SUFFIX = '.campaign.ts';
const names = readdirSync(import.meta.dirname).filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { look: { type: 'string' } } });
  const [name] = positionals;
  if (positionals.length !== 1 || name === undefined || !names.includes(name)) {
    console.error(`${name === undefined ? 'Name a campaign' : `There is no campaign “${positionals.join(' ')}”`}. Campaigns: ${names.join(', ')}. Example: npm run campaign -- ${names[0]}`);
    return 2;
  }
  const { campaign } = (await import(new URL(name + SUFFIX, import.meta.url).href)) as { campaign: Campaign };
  console.log(campaign.about);
  const figures = await campaign.run({ log: (line) => console.log(line), lookFolder: values.look ?? null, fixtures: process.env.SIMA_FIXTURES ?? null });
  const missed = figures.filter(({ met }) => met === false);
  for (const { what, on, value, target, met } of figures) console.log(`${met === null ? ' ' : met ? '+' : '-'} ${what}, ${on}: ${value}${target === '' ? '' : ` (target ${target})`}`);
  console.log(missed.length === 0 ? 'All targets are met.' : `${missed.length} of ${figures.filter(({ met }) => met !== null).length} targets are missed.`);
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
