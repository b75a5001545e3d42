/**
 * A refusal as a person can use it: RFC 9457 problem details, each text in zh-TW and English, with the hop that
 * refused, the rule it kept and the remedy (PROTOCOL 18). Texts are fixed sentences: never put a person's number
 * or name, a token or a key into them.
 */
import type { JsonObject } from './canonical-json.ts';

export interface Bilingual {
  readonly 'zh-TW': string;
  readonly en: string;
}
export type Language = keyof Bilingual;

export interface Problem {
  /** URI of the kind of problem, `urn:minben:problem:<name>` (see `problemType`). */
  readonly type: string;
  /** HTTP status. */
  readonly status: number;
  /** What happened, in a line. */
  readonly title: Bilingual;
  /** What happened this time, as far as the asker may know it. */
  readonly detail?: Bilingual;
  /** Where on the way the call was refused, such as `provider-gateway`. */
  readonly hop: string;
  /** The rule that was kept, such as `grant-expired`. */
  readonly rule: string;
  /** What the asker can do now. */
  readonly remedy: Bilingual;
  /** URI or id of this occurrence, by which the operator finds it in the log. */
  readonly instance?: string;
}

export const problemMediaType = 'application/problem+json';

export function problemType(name: string): string {
  return `urn:minben:problem:${name}`;
}

/**
 * The problem's JSON. The standard members and `remedy` are in `language`; `translations` always holds every
 * language, so that an asker who guessed wrong still finds the other one.
 */
export function writeProblem(problem: Problem, language: Language = 'zh-TW'): JsonObject {
  const texts = (chosen: Language): JsonObject => ({
    title: problem.title[chosen],
    ...(problem.detail ? { detail: problem.detail[chosen] } : {}),
    remedy: problem.remedy[chosen],
  });
  return {
    type: problem.type,
    status: problem.status,
    ...texts(language),
    hop: problem.hop,
    rule: problem.rule,
    ...(problem.instance === undefined ? {} : { instance: problem.instance }),
    translations: { 'zh-TW': texts('zh-TW'), en: texts('en') },
  };
}

/** The language to answer in, from an Accept-Language header (RFC 9110 §12.5.4); zh-TW when it names neither. */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  let best: { language: Language; weight: number } | undefined;
  for (const range of (acceptLanguage ?? '').slice(0, 1000).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((word) => word.trim().toLowerCase());
    const quality = parameters.find((word) => word.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    const language = /^zh(-|$)/.test(tag) ? 'zh-TW' : /^en(-|$)/.test(tag) ? 'en' : undefined;
    if (language && weight > 0 && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? 'zh-TW';
}
