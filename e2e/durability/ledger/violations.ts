/** What a run has found to be broken: each promise by its name, with what was seen. */

export type Promised =
  /** Something acknowledged is not there any more. */
  | 'lost'
  /** One message had more than one effect, or a grant more uses than it has. */
  | 'doubled'
  /** Something was released that no durable entry proves. */
  | 'unproven'
  /** A log or a witness shows less than it has shown before, or something else in its place. */
  | 'went-back'
  /** A withdrawal that had been acknowledged as effective did not bite. */
  | 'not-withdrawn'
  /** A process did not come back to work, or a call had no outcome. */
  | 'stuck'
  /** A process ended by itself, or said something that nobody expects. */
  | 'unexpected';

export interface Violations {
  readonly found: readonly { readonly promised: Promised; readonly what: string }[];
  add(promised: Promised, what: string): void;
  count(promised: Promised): number;
}

export function createViolations(): Violations {
  const found: { promised: Promised; what: string }[] = [];
  return {
    found,
    add: (promised, what) => void found.push({ promised, what }),
    count: (promised) => found.filter((each) => each.promised === promised).length,
  };
}
