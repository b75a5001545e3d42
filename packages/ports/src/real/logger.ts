/**
 * One JSON object per line. What does not belong into a log is dropped here and counted, whoever wrote it:
 * texts longer than any id, anything shaped like a national number, control and bidirectional characters.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

const LONGEST_VALUE = 256;
/** Taiwan's national and resident-certificate numbers: a letter, then nine digits (old certificates: two letters). */
const PERSONAL_NUMBER = /(?<![0-9A-Za-z])[A-Z][12A-D89][0-9]{8}(?![0-9A-Za-z])/i;
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export interface JsonLogger extends Logger {
  /** Field values refused since the start. */
  readonly refused: () => number;
}

/** `write` receives each line with its line feed. `time` is UTC, ISO 8601 with milliseconds. */
export function createJsonLogger(write: (line: string) => void, clock: Clock): JsonLogger {
  let refused = 0;
  const log: Logger = (level, event, fields) => {
    const line: Record<string, string | number | boolean> = {
      time: new Date(clock.now()).toISOString(),
      level,
      event: event.slice(0, LONGEST_VALUE).replace(UNPRINTABLE, ''),
    };
    let dropped = 0;
    for (const [name, given] of Object.entries(fields ?? {})) {
      // Cleaned before it is looked at: an invisible character must not hide a number.
      const value = typeof given === 'string' ? given.replace(UNPRINTABLE, '') : given;
      if (name in line || !isLoggable(value)) dropped += 1;
      else line[name] = value;
    }
    if (dropped > 0) line.dropped = dropped;
    refused += dropped;
    write(`${JSON.stringify(line)}\n`);
  };
  return Object.assign(log, { refused: () => refused });
}

function isLoggable(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= LONGEST_VALUE && !PERSONAL_NUMBER.test(value);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
