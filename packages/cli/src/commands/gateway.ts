/**
 * `minben gateway init|start|status`: a member's T-Road node, from an empty folder to its first call, its running, and
 * how it is. `run` is another word for `start`.
 */
import { explainStatus } from '../gateway/explain-status.ts';
import { runInit } from '../gateway/run-init.ts';
import { startGateway } from '../gateway/start-gateway.ts';

export const summary = {
  'zh-TW': '建立、執行或查看閘道：init、start、status',
  en: 'set up, run or look at a gateway: init, start, status',
};

const USAGE = `用法 Usage:
  minben gateway init --folder <folder> --gateway TW/GOV/A01/gw1 --registry <url> [...]
  minben gateway start <gateway.json>
  minben gateway status <gateway.json>`;

/** 0 when done (for status: when ready), 1 when something is missing or cannot start, 2 when the call was wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  if (what === 'init') return runInit(rest);
  const path = pathIn(rest);
  if (path !== undefined && (what === 'start' || what === 'run')) return startGateway(path);
  if (path !== undefined && what === 'status') return explainStatus(path);
  console.error(USAGE);
  return 2;
}

/** `<path>` or `--config <path>`. */
function pathIn(args: readonly string[]): string | undefined {
  if (args[0] === '--config') return args.length === 2 ? args[1] : undefined;
  return args.length === 1 && !args[0]?.startsWith('-') ? args[0] : undefined;
}
