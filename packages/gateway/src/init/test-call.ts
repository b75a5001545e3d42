/** The last step: what the bundle still lacks for this member, and calls to try. */
import type { Agreement, TrustBundle } from '@minben/exchange';
import { done, type InitProgress, type InitStep, missing } from './model.ts';

/** Whether the bundle knows the member, its subsystem, and an agreement or a service of it. */
export function reviewBundle({ bundle, member, options }: InitProgress): InitStep {
  const name = 'agreements';
  if (bundle === undefined) {
    return missing(
      name,
      ['尚無信任清單可供檢視。', 'There is no trust bundle to look into yet.'],
      ['請先完成「trust」步驟。', 'Finish the step "trust" first.'],
    );
  }
  const known = bundle.members.find(({ id }) => id === member);
  if (known === undefined || known.subsystems.length === 0) {
    return missing(
      name,
      [
        `信任清單中沒有機關 ${member}，或其尚無子系統。`,
        `The trust bundle does not hold the member ${member} with a subsystem.`,
      ],
      ['請向登錄處登記機關與子系統。', 'Have the member and a subsystem registered.'],
    );
  }
  const unserved = bundle.services
    .filter(({ id, gateways }) => id.startsWith(`${member}/`) && gateways.includes(options.gateway))
    .filter(({ id }) => !options.systems.has(id))
    .map(({ id }) => `--system ${id}=http://127.0.0.1:9000`);
  const agreements = agreementsOf(bundle, member).length;
  const services = bundle.services.filter(({ id }) => id.startsWith(`${member}/`)).length;
  if (agreements + services === 0) {
    return missing(
      name,
      ['本機關尚無服務，也沒有介接協議。', 'This member has neither a service nor an agreement yet.'],
      [
        '請向登錄處登記服務，或向提供機關申請介接協議；後設服務現在即可呼叫。',
        'Register a service, or ask a provider for an agreement; meta-services can be called already.',
      ],
    );
  }
  return done(
    name,
    `本機關有 ${services} 項服務、${agreements} 份介接協議。${unserved.length === 0 ? '' : '下列服務的業務系統位址請確認已在設定檔 registers.services 中：'}`,
    `This member has ${services} service(s) and ${agreements} agreement(s).${unserved.length === 0 ? '' : ' Check that registers.services in the configuration has the system of each of these:'}`,
    unserved,
  );
}

/** Commands to copy: start, look, and a first call that needs no grant. */
export function writeTestCall(progress: InitProgress): readonly string[] {
  const { options, places, bundle, member } = progress;
  const consumer = `http://127.0.0.1:${options.firstPort + 2}`;
  const subsystem = bundle?.members.find(({ id }) => id === member)?.subsystems[0] ?? 'register';
  const agreement = bundle === undefined ? undefined : agreementsOf(bundle, member)[0];
  const client = agreement?.client ?? `${member}/${subsystem}`;
  const provider =
    agreement?.service.split('/').slice(0, 4).join('/') ??
    bundle?.services[0]?.id.split('/').slice(0, 4).join('/') ??
    client;
  return [
    `minben gateway run --config ${places.config}`,
    `minben gateway status --config ${places.config}`,
    `curl -sS -H 'X-Road-Client: ${client}' ${consumer}/r1/${provider}/allowedMethods`,
    ...(agreement === undefined ? [] : [writeDataCall(agreement, consumer)]),
  ];
}

function writeDataCall(agreement: Agreement, consumer: string): string {
  const endpoint = agreement.endpoints[0];
  const path = endpoint?.path.replace(/\*+/g, '1') ?? '';
  const method = endpoint === undefined || endpoint.method === '*' ? 'GET' : endpoint.method;
  const grant = agreement.basis.kind === 'consent' ? ` -H "T-Road-Grant: $(cat grant.txt)"` : '';
  return `curl -sS -X ${method} -H 'X-Road-Client: ${agreement.client}' -H 'T-Road-Purpose: ${agreement.purposes[0]}'${grant} ${consumer}/r1/${agreement.service}${path}`;
}

function agreementsOf(bundle: TrustBundle, member: string): Agreement[] {
  return bundle.agreements.filter(({ client }) => client.startsWith(`${member}/`));
}
