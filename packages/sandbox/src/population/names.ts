/**
 * Names that look like Taiwan's and belong to nobody: every one carries a sign that says so (擬 例 範 試 樣 虛:
 * "drafted, example, model, trial, sample, void"; SAMPLE in Latin script). Rare characters of Unicode's extensions,
 * indigenous names with `·`, names in Latin script and very long names are all among them.
 */
import type { Chance } from './chance.ts';
import type { PersonName, Sex } from './model.ts';

const MARKS = [...'擬例範試樣虛'];
const COMMON_SURNAMES = [
  ...'陳陳陳林林林黃黃張張李李王王吳吳劉劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴',
];
const DOUBLE_SURNAMES = ['歐陽', '張簡', '范姜', '司徒', '上官'];
const RARE_SURNAMES = ['㐱', '𤧟', '𡘙', '䒺'];
const MALE = [...'宏志明偉傑豪俊翰承恩柏宇冠廷家瑋彥哲建文國棟正義信雄'];
const FEMALE = [...'雅婷怡君淑芬美玲佳穎詩涵欣妤惠雯靜儀麗華秀英玉蘭思潔'];
const RARE_GIVEN = [...'𥔎𧝁𤩹𨧀𩿗𣛕㛢䕒㨗𪻺'];
const SYLLABLES = [
  ['撒', 'sa'],
  ['法', 'fa'],
  ['拉', 'la'],
  ['瓦', 'wa'],
  ['力', 'li'],
  ['固', 'ku'],
  ['諾', 'no'],
  ['馬', 'ma'],
  ['達', 'ta'],
  ['路', 'lu'],
  ['比', 'pi'],
  ['烏', 'u'],
] as const;
const FAMILY_NAMES = ['NGUYEN', 'TRAN', 'WIDODO', 'SANTOS', 'TANAKA', 'SMITH', 'SOMCHAI', 'KIM', 'RAHMAN', 'MULLER'];
const FIRST_NAMES = ['ANNA', 'MARIA', 'THI LAN', 'DEWI', 'JOSE', 'KENJI', 'JOHN', 'SUDA', 'MIN', 'ANNE-SOPHIE'];
const LONG_NAMES = [
  '擬長姓名例示供戶政系統字數上限試驗之用樣本',
  '範例·撒法拉·瓦力固諾·馬達路比·虛擬烏撒法拉·試諾馬達',
];

export function pickSurname(chance: Chance): string {
  if (chance.happens(0.004)) return chance.pick(RARE_SURNAMES);
  return chance.happens(0.01) ? chance.pick(DOUBLE_SURNAMES) : chance.pick(COMMON_SURNAMES);
}

/** A name of one's own under a given surname. */
export function inventName(surname: string, sex: Sex, chance: Chance): PersonName {
  const roll = chance.next();
  if (roll < 0.025) return inventIndigenousName(chance);
  if (roll < 0.0255) return { registered: `${surname}${chance.pick(LONG_NAMES)}` };
  const mark = chance.pick(MARKS);
  const sign = chance.happens(0.01) ? chance.pick(RARE_GIVEN) : chance.pick(sex === 'male' ? MALE : FEMALE);
  return { registered: chance.happens(0.5) ? `${surname}${mark}${sign}` : `${surname}${sign}${mark}` };
}

function inventIndigenousName(chance: Chance): PersonName {
  const own = Array.from({ length: chance.between(2, 4) }, () => chance.pick(SYLLABLES));
  const family = Array.from({ length: chance.between(1, 3) }, () => chance.pick(SYLLABLES));
  const romanised = `${capitalise(own.map(([, latin]) => latin).join(''))}·Ni${family.map(([, latin]) => latin).join('')}`;
  // Since 2024 the name may be registered in Latin script alone.
  if (chance.happens(0.3)) return { registered: romanised, romanised };
  return { registered: `${own.map(([sign]) => sign).join('')}·擬${family.map(([sign]) => sign).join('')}`, romanised };
}

/** A foreigner's name: Latin script, and a Chinese one beside it for half of them. */
export function inventForeignName(chance: Chance): PersonName {
  const romanised = `${chance.pick(FAMILY_NAMES)} SAMPLE, ${chance.pick(FIRST_NAMES)}`;
  return chance.happens(0.5)
    ? { registered: `${pickSurname(chance)}${chance.pick(MARKS)}${chance.pick(FEMALE)}`, romanised }
    : { registered: romanised, romanised };
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
