/**
 * Promises broken one at a time, by a change of the source as the module loader reads it. A run that stays green over
 * any of them proves nothing.
 */
import type { Kind } from '../cluster/places.ts';
import type { Mutation } from '../cluster/process.ts';
import type { Promised } from '../ledger/violations.ts';

export interface BrokenPromise {
  readonly mutation: Mutation;
  /** The processes whose source is changed, each in a run of its own; it is the one that is killed. */
  readonly kinds: readonly Kind[];
  /** Any of these shows that it was noticed. */
  readonly noticed: readonly Promised[];
  /** Milliseconds that the agency's system takes at most. */
  readonly slowest?: number;
}

export const BROKEN_PROMISES: readonly BrokenPromise[] = [
  {
    mutation: {
      id: 'acknowledges-before-the-sync',
      file: 'packages/evidence/src/log/journal.ts',
      find: '    await this.#file.sync();\n',
      replace: '    setTimeout(() => void this.#file.sync().catch(() => undefined), 300);\n',
    },
    kinds: ['consumer', 'provider', 'registry'],
    // Someone holds a head that the log has lost, so it never writes again; or an entry or note is simply gone.
    noticed: ['lost', 'went-back', 'stuck', 'not-withdrawn'],
  },
  {
    mutation: {
      id: 'forgets-uniqueness-at-a-restart',
      file: 'packages/gateway/src/core/state.ts',
      find: '    book.restore(details.value, entry, note.isLasting);\n',
      replace: '',
    },
    kinds: ['provider'],
    noticed: ['doubled'],
    slowest: 400,
  },
  {
    mutation: {
      id: 'forgets-uses-at-a-restart',
      file: 'packages/gateway/src/core/state.ts',
      find: '        book.restoreCount(note);\n',
      replace: '',
    },
    kinds: ['provider'],
    noticed: ['doubled'],
  },
  {
    mutation: {
      id: 'witness-answers-before-it-keeps',
      file: 'packages/evidence/src/witness/records.ts',
      find: `      await disk.writeAtomically(\`\${directory}/\${originDigest(origin)}\`, Buffer.from(checkpoint));`,
      // It goes on knowing what it cosigned while it lives: only its death shows that it never wrote it.
      replace: `      const path = \`\${directory}/\${originDigest(origin)}\`;
      const memory = disk as unknown as { held?: Map<string, Buffer>; read(path: string): Promise<Buffer | undefined> };
      if (memory.held === undefined) {
        const held = new Map<string, Buffer>();
        const { read } = memory;
        memory.held = held;
        memory.read = async (at) => held.get(at) ?? (await read(at));
      }
      memory.held.set(path, Buffer.from(checkpoint));
      setTimeout(() => void disk.writeAtomically(path, Buffer.from(checkpoint)), 500);`,
    },
    kinds: ['witness'],
    noticed: ['went-back'],
  },
  {
    mutation: {
      id: 'acknowledges-a-withdrawal-before-it-is-durable',
      file: 'packages/registry/src/status/withdraw-grant.ts',
      find: `    await log.append(commit('withdrawal', salt, details), encodeNote(note));`,
      replace: `    book.apply(note);
    setTimeout(() => void log.append(commit('withdrawal', salt, details), encodeNote(note)).catch(() => undefined), 1_500);`,
    },
    kinds: ['registry'],
    noticed: ['lost', 'not-withdrawn'],
  },
];
