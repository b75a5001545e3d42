/** Withdrawing a grant: an entry in the hub's log and a new version of the status list, durable in one sync. */
import { commit, type EvidenceLog, LogRefusal } from '@minben/evidence';
import { canonicalize, encodeBase64Url, fail, type Result, succeed } from '@minben/kernel';
import type { Clock, Random } from '@minben/ports';
import { encodeNote, type RegistryNote } from '../notes/note.ts';
import type { StatusAuthority } from './status-authority.ts';
import type { StatusBook, Withdrawal } from './status-book.ts';

export interface WithdrawalMeans {
  readonly clock: Clock;
  readonly random: Random;
  /** The registry's journal. */
  readonly log: EvidenceLog;
  readonly book: StatusBook;
  readonly authority: StatusAuthority;
}

/**
 * Answers a function that withdraws by the grant's `jti`. Withdrawing twice is withdrawing once: the second
 * call answers the first one's withdrawal. Rejects with LogRefusal when the log does not write.
 */
export function createWithdrawing(
  means: WithdrawalMeans,
): (jti: string) => Promise<Result<Withdrawal, 'grant-unknown'>> {
  const { book, log } = means;
  const underWay = new Map<string, Promise<Withdrawal>>();
  // Entries become durable in the order they were appended, so versions may be given out before the sync.
  let reserved = book.version;

  const append = async (jti: string, index: number): Promise<Withdrawal> => {
    // A version that was reserved and never logged would leave a gap that no later start could read across.
    if (log.state.name !== 'writable') throw new LogRefusal(log.state.name === 'asking' ? 'asking' : log.state.reason);
    reserved = Math.max(reserved, book.version) + 1;
    const version = reserved;
    const iat = Math.floor(means.clock.now() / 1000);
    const details = canonicalize({ v: 1, jti, status: index, version, iat });
    const salt = means.random.bytes(32);
    const note: Extract<RegistryNote, { t: 'grant-withdrawn' }> = {
      t: 'grant-withdrawn',
      jti,
      version,
      details,
      salt: encodeBase64Url(salt),
    };
    // The registry's journal applies the note to the book as soon as it is durable.
    await log.append(commit('withdrawal', salt, details), encodeNote(note));
    means.authority.announce();
    return book.withdrawal(jti) as Withdrawal;
  };

  return async (jti) => {
    const done = book.withdrawal(jti);
    if (done) return succeed(done);
    const grant = book.grant(jti);
    if (!grant) return fail('grant-unknown');
    let pending = underWay.get(jti);
    if (!pending) {
      pending = append(jti, grant.index).finally(() => underWay.delete(jti));
      underWay.set(jti, pending);
    }
    return succeed(await pending);
  };
}
