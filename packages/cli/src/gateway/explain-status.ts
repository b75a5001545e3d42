/** Asks a running gateway how it is, and says it in words. */
import { loadGatewayConfig } from '@minben/gateway';
import { createRealDisk, createRealNetwork, NetworkError } from '@minben/ports';
import { explain } from './start-gateway.ts';

const TIMEOUT_MS = 5_000;

interface Readiness {
  readonly status: string;
  readonly reasons: readonly {
    readonly name: string;
    readonly effect: string;
    readonly title: { 'zh-TW': string; en: string };
    readonly remedy: { 'zh-TW': string; en: string };
  }[];
}

/** 0 when the gateway takes calls, 1 when it does not. */
export async function explainStatus(path: string): Promise<number> {
  const config = await loadGatewayConfig(createRealDisk(), path);
  if (!config.ok) return explain(path, config.error);
  const { host, port } = config.value.ports.operations;
  const network = createRealNetwork();
  try {
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/readyz`;
    const answer = await network.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
    return tell(config.value.gateway, JSON.parse(Buffer.from(answer.body).toString('utf8')) as Readiness);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    console.error(
      `閘道未在執行，或 ${host}:${port} 無法連線；請執行「minben gateway start ${path}」。\n` +
        `The gateway is not running, or ${host}:${port} cannot be reached; run "minben gateway start ${path}".`,
    );
    return 1;
  } finally {
    await network.close();
  }
}

function tell(gateway: string, { status, reasons }: Readiness): number {
  const isReady = status === 'ready';
  console.log(`${gateway}: ${isReady ? '可接受呼叫 takes calls' : '不接受呼叫 takes no calls'}`);
  for (const { name, effect, title, remedy } of reasons) {
    console.log(
      `  ${effect === 'stops' ? '✗' : '!'} ${name}\n    ${title['zh-TW']} ${title.en}\n    ${remedy['zh-TW']} ${remedy.en}`,
    );
  }
  return isReady ? 0 : 1;
}
