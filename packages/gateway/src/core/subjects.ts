/**
 * Whom a call is about (PROTOCOL 15, 23): the pseudonym in this provider's sector, opened from the grant, or for a
 * statutory call from the sealed subject that the consumer obtained from identity. Never from a URL, never in clear.
 */
import { type RequestDetails, type RequestInspection, type SubjectSealer, subjectInfo } from '@minben/exchange';
import { fail, type Result, succeed } from '@minben/kernel';

export interface SubjectOpener {
  /** The pseudonym; undefined where the service speaks of no person. */
  open(inspection: RequestInspection, details: RequestDetails): Promise<Result<string | undefined, 'subject-missing'>>;
}

const REMEMBERED = 10_000;

export function createSubjectOpener(sealer: SubjectSealer, privateKey: Uint8Array): SubjectOpener {
  // A sealed subject opens to the same text every time; the key agreement costs more than the rest of a call.
  const opened = new Map<string, string>();

  return {
    async open({ arrived, service, allowed }, details) {
      const sealed = allowed?.sealedSubject ?? arrived.headers.find(([name]) => name === 't-road-sealed-subject')?.[1];
      if (sealed === undefined) return service?.personal === true ? fail('subject-missing') : succeed(undefined);
      const info = subjectInfo(details.service, details.purpose);
      const key = `${info}\n${sealed}`;
      const known = opened.get(key);
      if (known !== undefined) return succeed(known);
      const subject = await sealer.open(privateKey, info, sealed);
      if (subject === undefined) return fail('subject-missing');
      if (opened.size >= REMEMBERED) opened.delete(opened.keys().next().value as string);
      opened.set(key, subject);
      return succeed(subject);
    },
  };
}
