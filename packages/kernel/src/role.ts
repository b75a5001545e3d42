/** Who acts. A role says what kind of actor someone is at this moment; what it may do is each room's own table. */
import type { Bilingual } from './problem.ts';
import { fail, type Result, succeed } from './result.ts';

export const roles = {
  resident: { 'zh-TW': '民眾', en: 'Resident' },
  representative: { 'zh-TW': '代理人', en: 'Representative' },
  officer: { 'zh-TW': '承辦人員', en: 'Officer' },
  'agency-engineer': { 'zh-TW': '機關資訊人員', en: 'Agency engineer' },
  analyst: { 'zh-TW': '分析人員', en: 'Analyst' },
  'data-protection-officer': { 'zh-TW': '個資保護官', en: 'Data-protection officer' },
  auditor: { 'zh-TW': '稽核人員', en: 'Auditor' },
  operator: { 'zh-TW': '平臺維運人員', en: 'Platform operator' },
  'third-party': { 'zh-TW': '第三方', en: 'Third party' },
} as const satisfies Record<string, Bilingual>;

export type Role = keyof typeof roles;

export function parseRole(text: string): Result<Role, 'unknown-role'> {
  return Object.hasOwn(roles, text) ? succeed(text as Role) : fail('unknown-role');
}
