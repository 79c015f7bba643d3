/**
 * The command line in a process that is kept: runs one command line after the other, without loading its code anew for each. Started by cli.ts, which
 * sends the arguments and gets what was printed and the exit code.
 */
import { main } from '../../src/cli/main.ts';

const printed = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (bytes: Uint8Array | string) => {
    printed[name] += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
    return true;
  };
}
process.on('message', (args: string[]) => {
  Object.assign(printed, { stdout: '', stderr: '' });
  process.exitCode = undefined;
  void main(args, new AbortController().signal).then(() => process.send!({ exitCode: Number(process.exitCode ?? 0), ...printed }));
});
process.on('disconnect', () => process.exit());
