/** Our ports and frames alone, without evidence, against the nginx pair: what the ground under the gateways costs. */
import type { BenchOptions } from '../main.ts';
import { startBarePair } from './bare/start-pair.ts';
import { measureLoad } from './measure-load.ts';
import { startReference } from './start-reference.ts';

export async function benchBarePair(options: BenchOptions): Promise<void> {
  const reference = await startReference(options);
  try {
    const bare = await startBarePair(reference.certificates, reference.backend.port);
    try {
      const ours = {
        name: 'bare pair',
        port: bare.port,
        path: '/answer.json',
        headers: {},
        pids: [bare.consumer.pid, bare.provider.pid],
      };
      await measureLoad(
        'bare-pair',
        ours,
        reference.nginxPair,
        reference.answer.length,
        [reference.backend.pid],
        { ratio: {} },
        options,
      );
    } finally {
      await bare.consumer.stop();
      await bare.provider.stop();
    }
  } finally {
    await reference.stop();
  }
}
