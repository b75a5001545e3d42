/** I4: only agreed fields are delivered, and an agency is only asked what was agreed: client, purpose, subject and fields. */
import type { Ledger } from '../ledger.ts';

export function checkFields({ calls, ends, forwards, left }: Ledger): string[] {
  const broken: string[] = [];
  for (const { call, answer } of ends) {
    if (answer.kind !== 'delivered') continue;
    const beyond = leavesOf(JSON.parse(Buffer.from(answer.body).toString())).filter(
      (path) => !call.fields.includes(path),
    );
    if (beyond.length > 0) broken.push(`I4 ${call.id.slice(-6)} was given ${beyond.join(', ')}, which is not agreed`);
  }
  for (const { machine, seen } of left) {
    const call = calls.get(seen.id);
    if (seen.kind !== 'response' || call === undefined) continue;
    const beyond = leavesOf(JSON.parse(seen.body.toString())).filter((path) => !call.fields.includes(path));
    if (beyond.length > 0) broken.push(`I4 ${machine} let out ${beyond.join(', ')}, which is not agreed`);
  }
  for (const { machine, call } of forwards) {
    const planned = calls.get(call.messageId);
    if (planned === undefined) continue;
    const asked = [
      call.client,
      call.purpose,
      call.subject,
      call.method,
      call.path,
      Buffer.from(call.body).toString(),
      fieldsOf(call.fields),
    ];
    const agreed = [
      planned.client,
      planned.purpose,
      planned.subject,
      planned.method,
      planned.path,
      planned.body.toString(),
      fieldsOf(planned.fields),
    ];
    for (const [index, value] of asked.entries()) {
      if (value !== agreed[index])
        broken.push(
          `I4 ${machine} asked its agency for ${call.messageId.slice(-6)} with ${value} instead of ${agreed[index]}`,
        );
    }
  }
  return broken;
}

function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path}.${name}`));
}

function fieldsOf(fields: readonly string[] | 'whole-document'): string {
  return typeof fields === 'string' ? fields : fields.toSorted().join(' ');
}
