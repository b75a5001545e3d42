/**
 * Leads an engineer from nothing to a first call. Every step says what is done or what is missing and how to get it;
 * running it again goes on where it stopped, and never replaces a key or an edited file.
 */
import { parseGatewayId } from '@minben/kernel';
import { fetchTrust } from './fetch-trust.ts';
import { makeKeys, makeTransportKey, prepareFolder } from './make-keys.ts';
import {
  type InitOptions,
  type InitPorts,
  type InitProgress,
  type InitReport,
  type InitStep,
  missing,
  placesIn,
} from './model.ts';
import { registerGateway } from './register-gateway.ts';
import { reviewBundle, writeTestCall } from './test-call.ts';
import { writeConfig } from './write-config.ts';

/** `tell` gets each step as soon as it has ended, and the calls to try at the end. */
export async function initGateway(
  options: InitOptions,
  ports: InitPorts,
  tell: (step: InitStep) => void,
): Promise<InitReport> {
  const steps: InitStep[] = [];
  const take = async (step: InitStep | Promise<InitStep>): Promise<boolean> => {
    const ended = await step;
    steps.push(ended);
    tell(ended);
    return ended.state === 'done';
  };
  const report = (): InitReport => ({
    steps,
    isReady: steps.length > 5 && steps.every(({ name, state }) => state === 'done' || name === 'agreements'),
  });

  const id = parseGatewayId(options.gateway);
  if (!id.ok) {
    await take(
      missing(
        'gateway',
        ['閘道識別碼的格式不對。', 'The gateway id has not the right form.'],
        [
          '請寫成 TW/GOV/A01/gw1：實例、類別、機關代碼、閘道代碼。',
          'Write TW/GOV/A01/gw1: instance, class, member code, gateway code.',
        ],
      ),
    );
    return report();
  }
  const progress: InitProgress = {
    options,
    ports,
    places: placesIn(options.folder),
    member: options.gateway.split('/', 3).join('/'),
    origin: options.origin ?? `t-road/${options.gateway.replaceAll('+', '%2B')}`,
  };
  await take(prepareFolder(progress));
  if (!(await take(makeKeys(progress)))) return report();
  await take(makeTransportKey(progress));
  const isTrusted = await take(fetchTrust(progress));
  if (await take(registerGateway(progress))) {
    // The registration may have published a newer bundle.
    if (isTrusted) await fetchTrust(progress);
  }
  await take(writeConfig(progress));
  await take(reviewBundle(progress));
  const commands = writeTestCall(progress);
  tell({
    name: 'test-call',
    state: report().isReady ? 'done' : 'missing',
    text: report().isReady
      ? { 'zh-TW': '一切就緒，請依序執行：', en: 'All is ready; run these in turn:' }
      : {
          'zh-TW': '補齊上列缺項並重新執行後，即可使用：',
          en: 'Once what is missing is there and init was run again, these work:',
        },
    lines: commands,
  });
  return report();
}
