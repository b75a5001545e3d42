/** The table of rules, laws and mutations in the README of packages/exchange, made from the lists themselves. */
import { mutations } from './mutations.ts';
import { laws } from './rules.ts';

const BEGIN = '<!-- laws: begin -->';
const END = '<!-- laws: end -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('`', 'ʼ');

export function writeTable(): string {
  const rows = laws
    .toSorted((a, b) => (a.rules[0] ?? 0) - (b.rules[0] ?? 0))
    .map((law) => {
      const without = mutations
        .filter((mutation) => mutation.laws.includes(law.id))
        .map(({ check }) => `\`${cell(check)}\``);
      return `| ${law.rules.join(', ')} | ${cell(law.name)} | ${without.join('<br>')} |`;
    });
  return ['| PROTOCOL | law | goes red without |', '|---|---|---|', ...rows].join('\n');
}

/** The text with the table in its place. Throws when the place is not marked. */
export function placeTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('the README does not mark where the table stands');
  return `${text.slice(0, begin + BEGIN.length)}\n${writeTable()}\n${text.slice(end)}`;
}
