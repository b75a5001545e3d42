/** What a person sees when everything runs: where it is, who can be asked about, and what to try next. */
import type { NextSteps } from './next-steps.ts';
import type { PortPlan } from './ports.ts';

/** East Asian characters take two columns in a terminal. */
export function widthOf(text: string): number {
  return [...text].reduce(
    (sum, sign) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{20000}-\u{3ffff}]/u.test(sign)
        ? 2
        : 1),
    0,
  );
}

export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

export function announceAddresses(plan: PortPlan): string {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return formatTable([
    [
      '登錄處：信任清單與紀錄',
      'registry: trust bundle, hub log',
      `${at(plan.registry.public)}/bundle  /tlog/checkpoint`,
    ],
    ['見證者', 'witness', at(plan.witness.public)],
    ['樞紐閘道：應用埠', 'hub gateway: applications', at(plan.hub.consumer)],
    ['戶政閘道：應用埠', 'household gateway: applications', at(plan.household.consumer)],
    ['監理閘道：應用埠', 'vehicles gateway: applications', at(plan.vehicles.consumer)],
    [
      '閘道公開紀錄',
      'public logs of the gateways',
      [plan.hub, plan.household, plan.vehicles].map((one) => `${at(one.public)}/tlog/checkpoint`).join('  '),
    ],
    [
      '戶政、監理的 API 文件',
      'API documents of the registers',
      `${at(plan.household.system)}/openapi.json  ${at(plan.vehicles.system)}/openapi.json`,
    ],
    [
      '健康狀態',
      'health',
      `${[plan.registry.operator, plan.hub.operations, plan.household.operations, plan.vehicles.operations].map((port) => `${at(port)}/readyz`).join('  ')}`,
    ],
  ]);
}

export function announceNextSteps({ commands }: NextSteps): string {
  return commands.map((step, at) => `${at + 1}. ${step['zh-TW']} · ${step.en}\n   ${step.command}`).join('\n');
}
