/** What the applications of the city do in one run: at least twenty exchanges of every kind, and retries as careful applications make them. */
import { makeUuid } from '@minben/kernel';
import type { Prng, World } from '@minben/ports/simulated';
import type { Ledger, PlannedCall, PlannedGrant } from './ledger.ts';
import { CLIENT, DESK, EPOCH, HOUSEHOLD, SERVICE } from './nation.ts';
import type { Processes } from './processes.ts';
import type { Hub } from './start-hub.ts';

/** How long an application waits for its gateway, and between two attempts, milliseconds. */
const PATIENCE_MS = 9_000;
const MAXIMUM_ATTEMPTS = 4;
/** Within this time all first attempts are made. */
export const TRAFFIC_MS = 8_000;

/** Grants made before anything breaks. */
export async function mintGrants(hub: Hub, ledger: Ledger): Promise<void> {
  const mint = async (jti: string, uses?: number): Promise<void> => {
    const changes = uses === undefined ? { jti } : { jti, uses, aud: [HOUSEHOLD.gateway] };
    const token = await hub.grant(`person-of-${jti}`, changes);
    ledger.grants.set(jti, { jti, token, uses });
  };
  await mint('kept');
  await mint('withdrawn');
  await mint('counted', 2);
}

export function planTraffic(world: World, prng: Prng, ledger: Ledger): void {
  const grant = (jti: string): PlannedGrant => ledger.grants.get(jti) as PlannedGrant;
  const plan = (method: 'GET' | 'POST', of: 'portal' | 'desk' | PlannedGrant, at = prng.below(TRAFFIC_MS)): void => {
    const number = ledger.calls.size;
    const id = makeUuid(EPOCH + Math.floor(world.now) + number, prng.bytes(10));
    const consent = typeof of === 'object' ? of : undefined;
    const call: PlannedCall = {
      id,
      client: of === 'desk' ? DESK : CLIENT,
      method,
      path: `/registration?n=${number}`,
      body: method === 'POST' ? Buffer.from(`{"change":${number}}`) : Buffer.alloc(0),
      purpose: consent !== undefined ? 'parking-permit' : of === 'desk' ? 'tax-notice' : 'address-check',
      fields: consent !== undefined || of === 'desk' ? ['name'] : ['name', 'address.county', 'note'],
      subject: consent === undefined ? undefined : `person-of-${consent.jti}`,
      grant: consent,
      at,
      again: prng.chance(0.3),
    };
    ledger.calls.set(id, call);
  };
  for (let i = 0; i < 5; i += 1) plan('GET', 'portal');
  for (let i = 0; i < 5; i += 1) plan('POST', 'portal');
  // Two clients at the same moment.
  for (let i = 0; i < 3; i += 1) {
    const at = prng.below(TRAFFIC_MS);
    plan('GET', 'portal', at);
    plan(prng.pick(['GET', 'POST']), 'desk', at);
  }
  for (let i = 0; i < 3; i += 1) plan('GET', grant('kept'));
  plan('POST', grant('kept'));
  for (let i = 0; i < 4; i += 1) plan('GET', grant('withdrawn'));
  for (let i = 0; i < 4; i += 1) plan('GET', grant('counted'));
}

/** Sets all applications going; resolves never: whatever comes is in the ledger. */
export function runTraffic(world: World, prng: Prng, ledger: Ledger, processes: Processes): void {
  const end = world.now + TRAFFIC_MS + 3_000;
  for (const call of ledger.calls.values()) world.after(call.at, () => attempt(call, 1));
  withdrawLater();

  function attempt(call: PlannedCall, number: number): void {
    let isOver = false;
    const again = (isDone: boolean): void => {
      if (isOver) return;
      isOver = true;
      const isWanted = isDone ? call.again && number === 1 : number < MAXIMUM_ATTEMPTS;
      if (world.now > end) return;
      // Nobody begins anything new while the run settles.
      if (isWanted) world.after(prng.between(200, 1_500), () => attempt(call, number + 1));
    };
    const gateway = processes.city.current;
    if (gateway === undefined) return again(false);
    const life = world.machine('city').crashes;
    world.after(PATIENCE_MS, () => again(false));
    const { client, method, path, body, grant } = call;
    ledger.begun += 1;
    const asked = gateway.core.caller.call({
      client,
      service: SERVICE,
      method,
      path,
      headers: [['accept', 'application/json']],
      body,
      messageId: call.id,
      purpose: undefined,
      grant: grant?.token,
      gateway: undefined,
    });
    void asked.then((answer) => {
      // A connection to a machine that crashed in this instant brings nothing any more.
      if (world.machine('city').crashes !== life) return;
      ledger.ends.push({ call, answer, at: world.now });
      world.note(
        `application ${call.id.slice(-6)} ${answer.kind} ${answer.kind === 'refused' ? answer.refusal.rule : ''}`,
      );
      if (answer.kind === 'delivered') ledger.step('city', 'delivered');
      again(answer.kind === 'delivered');
    });
  }

  function withdrawLater(): void {
    const jti = 'withdrawn';
    const tryOnce = (): void => {
      const hub = processes.hub.current;
      const life = world.machine('hub').crashes;
      let isDone = false;
      world.after(2_000, () => {
        if (!isDone) tryOnce();
      });
      hub?.withdraw(jti).then(
        () => {
          if (world.machine('hub').crashes !== life) return;
          isDone = true;
          ledger.step('hub', 'withdrawn');
          lookForEffect();
        },
        () => undefined,
      );
    };
    const lookForEffect = (): void => {
      const effect = processes.hub.current?.status.effectOf(jti);
      if (effect?.ok === true && effect.value.effective) {
        ledger.effectiveAt.set(jti, Math.min(world.now, ledger.effectiveAt.get(jti) ?? Number.POSITIVE_INFINITY));
        world.note('withdrawal effective');
        return;
      }
      world.after(20, lookForEffect);
    };
    world.after(prng.between(2_000, 8_000), tryOnce);
  }
}
