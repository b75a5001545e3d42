import type { LeaseRenewal } from '@minben/exchange';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RegistryNote } from '../notes/note.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { createStatusAuthority, type StatusAuthority } from './status-authority.ts';
import { REMEMBERED_SECONDS, StatusBook } from './status-book.ts';

const LEASE = 1000;
const [A, B] = ['TW/GOV/A/gw1', 'TW/GOV/B/gw1'];

let clock: ManualClock;
let book: StatusBook;
let notes: RegistryNote[];
let authority: StatusAuthority;
let writable: boolean;
let bundleVersion: number;

/** A hub as it is after a start: what it answered before is forgotten. */
function start(from: RegistryNote[] = []): void {
  book = new StatusBook();
  for (const note of from) book.apply(note);
  notes = [];
  authority = createStatusAuthority({
    clock,
    book,
    leaseMilliseconds: LEASE,
    bundleVersion: () => bundleVersion,
    isWritable: () => writable,
    remember: (note) => {
      book.apply(note);
      notes.push(note);
    },
  });
}

beforeEach(() => {
  clock = createManualClock();
  writable = true;
  bundleVersion = 1;
  start();
});

function mint(jti: string, gateways = [A], exp = 2_000_000_000): void {
  book.apply({ t: 'grant-minted', jti, index: book.nextIndex, gateways, exp });
}

function withdraw(jti: string): void {
  book.apply({ t: 'grant-withdrawn', jti, version: book.version + 1, details: '{}', salt: '' }, 100 + book.version);
  authority.announce();
}

function renew(changes: Partial<LeaseRenewal> = {}, signal?: AbortSignal) {
  return authority.renew(
    { gateway: A, nonce: 'n', known: 0, acknowledged: 0, waitMilliseconds: 0, ...changes },
    signal,
  );
}

function effectOf(jti: string) {
  const effect = authority.effectOf(jti);
  if (!effect.ok) throw new Error(effect.error);
  return effect.value;
}

/** Past the time in which leases given before the start could still run. */
const settleStart = () => clock.advance(LEASE * 1.1);

describe('a status lease', () => {
  it('carries every withdrawal since the version that the gateway knows', async () => {
    for (const jti of ['g0', 'g1', 'g2']) mint(jti);
    withdraw('g2');
    withdraw('g0');
    expect(await renew()).toMatchObject({
      ok: true,
      value: { gateway: A, nonce: 'n', version: 2, withdrawn: [2, 0], leaseMilliseconds: LEASE },
    });
    expect(await renew({ known: 1 })).toMatchObject({ ok: true, value: { version: 2, withdrawn: [0] } });
    expect(await renew({ known: 2 })).toMatchObject({ ok: true, value: { version: 2, withdrawn: [] } });
  });

  it('tells a gateway nothing of grants that do not name it', async () => {
    mint('g0', [B]);
    withdraw('g0');
    expect(await renew()).toMatchObject({ ok: true, value: { version: 1, withdrawn: [] } });
  });

  it('is refused to a gateway that knows more than the hub: the hub has lost withdrawals', async () => {
    expect(await renew({ known: 1 })).toEqual({ ok: false, error: 'status-list-ahead' });
  });

  it('is refused when a version is acknowledged that was not known', async () => {
    mint('g0');
    withdraw('g0');
    expect(await renew({ known: 0, acknowledged: 1 })).toEqual({ ok: false, error: 'acknowledges-unknown-version' });
  });

  it('is refused while the log does not write', async () => {
    writable = false;
    expect(await renew()).toEqual({ ok: false, error: 'hub-not-writable' });
  });

  it('is held back while nothing changes, for no longer than half a lease', async () => {
    let answered = false;
    const answer = renew({ waitMilliseconds: 5000 }).then((lease) => {
      answered = true;
      return lease;
    });
    await clock.advance(LEASE / 2 - 1);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(answered).toBe(true);
    expect((await answer).ok).toBe(true);
  });

  it('is answered at once when a grant is withdrawn during the wait', async () => {
    mint('g0');
    const answer = renew({ waitMilliseconds: 400 });
    await clock.advance(10);
    withdraw('g0');
    expect(await answer).toMatchObject({ ok: true, value: { version: 1, withdrawn: [0] } });
  });

  it('is answered at once when a bundle is published during the wait', async () => {
    const answer = renew({ waitMilliseconds: 400 });
    await clock.advance(10);
    bundleVersion = 2;
    authority.announce();
    expect(await answer).toMatchObject({ ok: true, value: { bundleVersion: 2 } });
  });

  it('is not given to a caller that has gone away', async () => {
    const gone = new AbortController();
    const answer = renew({ waitMilliseconds: 400 }, gone.signal);
    await clock.advance(10);
    gone.abort();
    expect(await answer).toEqual({ ok: false, error: 'renewal-abandoned' });
  });
});

describe('a withdrawal', () => {
  beforeEach(async () => {
    await settleStart();
    mint('g0', [A, B]);
  });

  it('waits for a gateway whose lease runs, counted from the answer plus a tenth', async () => {
    await renew();
    await clock.advance(600);
    withdraw('g0');
    expect(effectOf('g0')).toMatchObject({
      effective: false,
      gateways: [
        { gateway: A, state: 'waiting', leftMilliseconds: 500 },
        { gateway: B, state: 'lapsed' },
      ],
    });
    await clock.advance(499);
    expect(effectOf('g0').effective).toBe(false);
    await clock.advance(1);
    expect(effectOf('g0')).toMatchObject({ effective: true, gateways: [{ state: 'lapsed' }, { state: 'lapsed' }] });
  });

  it('is effective at once at a gateway that acknowledged', async () => {
    await renew();
    withdraw('g0');
    await renew({ known: 0 });
    expect(effectOf('g0').gateways[0]?.state).toBe('waiting');
    await renew({ known: 1, acknowledged: 1 });
    expect(effectOf('g0')).toMatchObject({
      effective: true,
      gateways: [
        { gateway: A, state: 'acknowledged' },
        { gateway: B, state: 'lapsed' },
      ],
    });
  });

  it('counts only leases given before it: a later one already carries it', async () => {
    await renew();
    withdraw('g0');
    await clock.advance(1000);
    await renew();
    await clock.advance(100);
    expect(effectOf('g0').gateways[0]?.state).toBe('lapsed');
  });

  it('stays effective once it was, whatever the gateway does later', async () => {
    withdraw('g0');
    expect(effectOf('g0').effective).toBe(true);
    await renew();
    expect(effectOf('g0').effective).toBe(true);
  });

  it('waits after a restart for leases that the hub no longer knows of', async () => {
    await renew();
    withdraw('g0');
    start(book.snapshot(clock.now() / 1000));
    expect(effectOf('g0')).toMatchObject({ effective: false, gateways: [{ state: 'waiting' }, { state: 'waiting' }] });
    await clock.advance(LEASE * 1.1);
    expect(effectOf('g0').effective).toBe(true);
  });

  it('waits after a restart for the longest lease ever given', async () => {
    book.apply({ t: 'lease-length-set', milliseconds: 60_000 });
    withdraw('g0');
    start(book.snapshot(clock.now() / 1000));
    await clock.advance(65_000);
    expect(effectOf('g0').effective).toBe(false);
    await clock.advance(1000);
    expect(effectOf('g0').effective).toBe(true);
  });

  it('remembers acknowledgements and lapses across a restart', async () => {
    withdraw('g0');
    await renew({ known: 1, acknowledged: 1 });
    expect(effectOf('g0').effective).toBe(true);
    const kept = [...book.snapshot(clock.now() / 1000)];
    start(kept);
    expect(effectOf('g0')).toMatchObject({
      effective: true,
      gateways: [{ state: 'acknowledged' }, { state: 'lapsed' }],
    });
  });

  it('is told apart from a grant that was never minted, and from one that stands', () => {
    expect(authority.effectOf('g9')).toEqual({ ok: false, error: 'grant-unknown' });
    expect(authority.effectOf('g0')).toEqual({ ok: false, error: 'not-withdrawn' });
  });
});

describe('the status book', () => {
  it('is the same after a snapshot, whatever happened before', () => {
    const step = fc.constantFrom('mint', 'withdraw', 'acknowledge', 'lapse');
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 60 }), (steps) => {
        start();
        for (const [name, number] of steps) {
          if (name === 'mint' && !book.grant(`g${number}`)) mint(`g${number}`, number % 2 ? [A] : [A, B]);
          if (name === 'withdraw' && book.grant(`g${number}`) && !book.withdrawal(`g${number}`)) withdraw(`g${number}`);
          if (name === 'acknowledge')
            book.apply({ t: 'version-acknowledged', gateway: A, version: Math.min(number, book.version) });
          if (name === 'lapse') book.apply({ t: 'leases-lapsed', gateway: B, version: Math.min(number, book.version) });
        }
        const copy = new StatusBook();
        for (const note of book.snapshot(0)) copy.apply(note);
        expect(copy.snapshot(0)).toEqual(book.snapshot(0));
        expect([copy.version, copy.nextIndex]).toEqual([book.version, book.nextIndex]);
        for (const known of [0, 1, 5])
          expect(new Set(copy.withdrawnSince(known, A))).toEqual(new Set(book.withdrawnSince(known, A)));
      }),
    );
  });

  it('is not changed by a note that it has applied already', () => {
    mint('g0');
    withdraw('g0');
    const before = book.snapshot(0);
    for (const note of [...before, ...before]) book.apply(note);
    expect(book.snapshot(0)).toEqual(before);
  });

  it('never uses a position or a version twice, even when old grants were forgotten', () => {
    mint('old', [A], 1000);
    withdraw('old');
    const later = new StatusBook();
    for (const note of book.snapshot(1000 + REMEMBERED_SECONDS + 1)) later.apply(note);
    expect(later.grant('old')).toBeUndefined();
    expect([later.nextIndex, later.version]).toEqual([1, 1]);
  });

  it('refuses to go on when a withdrawal is missing', () => {
    expect(() => book.apply({ t: 'grant-withdrawn', jti: 'g', version: 2, details: '', salt: '' })).toThrow(/missing/);
  });
});
