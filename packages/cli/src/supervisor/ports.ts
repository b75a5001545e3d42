/** Every port of a whole exchange on one machine, as offsets from `PORT`. Nothing else in the project names a port. */

const OFFSETS = {
  registry: { public: 0, leases: 1, operator: 2, identity: 3 },
  witness: { public: 5 },
  postgres: { operations: 9 },
  hub: { mutual: 10, public: 11, consumer: 12, operations: 13 },
  household: { mutual: 20, public: 21, consumer: 22, operations: 23, system: 25 },
  vehicles: { mutual: 30, public: 31, consumer: 32, operations: 33, system: 35 },
} as const;

export type PortPlan = {
  readonly [Owner in keyof typeof OFFSETS]: { readonly [Use in keyof (typeof OFFSETS)[Owner]]: number };
};

export const DEFAULT_PORT = 8080;
const HIGHEST_OFFSET = 35;

/** The plan for `PORT`; undefined when the text is no port or leaves no room for the others. */
export function planPorts(text: string | undefined): PortPlan | undefined {
  const base = text === undefined || text === '' ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(base) || base < 1 || base + HIGHEST_OFFSET > 65_535) return undefined;
  const shift = (uses: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(uses).map(([use, offset]) => [use, base + offset]));
  return Object.fromEntries(
    Object.entries(OFFSETS).map(([owner, uses]) => [owner, shift(uses)]),
  ) as unknown as PortPlan;
}
