/** `minben <command>`: finds the command, runs it, and ends with its exit status (2 when the call itself was wrong). */
import type { Bilingual } from '@minben/kernel';
import { findNearest } from './find-nearest.ts';

/** What each file in `commands/` exports. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: Bilingual;
  /** Gets what follows the command's name; resolves with the exit status. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/**
 * The commands. To add one, write `commands/<name>.ts` with the exports `summary` and `run`, and a line here:
 * `start: () => import('./commands/start.ts'),`. A command is loaded only when it is called.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  ceremony: () => import('./commands/ceremony.ts'),
  grant: () => import('./commands/grant.ts'),
  registry: () => import('./commands/registry.ts'),
  gateway: () => import('./commands/gateway.ts'),
  sandbox: () => import('./commands/sandbox.ts'),
  start: () => import('./commands/start.ts'),
  verify: () => import('./commands/verify.ts'),
  witness: () => import('./commands/witness.ts'),
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (!assertRuntime()) return 1;
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') {
    await printHelp();
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load) return (await load()).run(rest);
  const nearest = findNearest(name, ['help', ...Object.keys(commands)]);
  console.error(
    nearest
      ? `沒有「${name}」這個指令，是不是要用「${nearest}」？\nThere is no command "${name}". Did you mean "${nearest}"?`
      : `沒有「${name}」這個指令，請用「minben help」查看全部指令。\nThere is no command "${name}"; "minben help" lists all of them.`,
  );
  return 2;
}

/** Type stripping and the APIs that the code stands on come with Node 24. */
function assertRuntime(): boolean {
  if (Number(process.versions.node.split('.')[0]) >= 24 && process.features.typescript) return true;
  console.error(
    `需要 Node 24 以上並支援型別剝除，目前是 ${process.version}；請改用 ./minben.mjs 啟動。\n` +
      `Node 24 or newer with type stripping is needed, this is ${process.version}; start with ./minben.mjs instead.`,
  );
  return false;
}

async function printHelp(): Promise<void> {
  console.log('用法 Usage: minben <command> [...]\n');
  for (const [name, load] of Object.entries(commands)) {
    const { summary } = await load();
    console.log(`  ${name.padEnd(10)} ${summary['zh-TW']}\n${' '.repeat(13)}${summary.en}`);
  }
  console.log(`  ${'help'.padEnd(10)} 列出所有指令\n${' '.repeat(13)}list all commands`);
}
