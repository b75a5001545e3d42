import { createJsonLogger, createRealClock, type Logger } from '@minben/ports';

/** Only what went wrong is shown: a measured process says nothing else. */
export function createQuietLogger(): Logger {
  const logger = createJsonLogger((line) => process.stderr.write(line), createRealClock());
  return (level, event, fields) => {
    if (level === 'error') logger(level, event, fields);
  };
}
