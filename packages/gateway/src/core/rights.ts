/** What a trust bundle allows, compiled once per bundle: endpoint globs and field filters of each agreement. */
import {
  type Agreement,
  compileEndpoints,
  compileFieldFilter,
  type EndpointRights,
  type FieldFilter,
  type FieldList,
} from '@minben/exchange';

export interface RightsOfBundle {
  mayCall(agreement: Agreement, method: string, path: string): boolean;
  /** The filter for what agreement and grant both allow. */
  filterFor(agreement: Agreement, allowed: FieldList | undefined): FieldFilter;
}

/** Filters compiled for grants are remembered up to this number; consents of one service ask for few combinations. */
const REMEMBERED_FILTERS = 1_000;

export function createRights(): RightsOfBundle {
  const endpoints = new WeakMap<Agreement, EndpointRights>();
  const whole = new WeakMap<Agreement, FieldFilter>();
  const narrowed = new Map<string, FieldFilter>();

  return {
    mayCall(agreement, method, path) {
      let rights = endpoints.get(agreement);
      if (rights === undefined) {
        rights = compileEndpoints(agreement.endpoints);
        endpoints.set(agreement, rights);
      }
      return rights.allows(method, path);
    },
    filterFor(agreement, allowed) {
      if (allowed === undefined) {
        let filter = whole.get(agreement);
        if (filter === undefined) {
          filter = compileFieldFilter(agreement.fields);
          whole.set(agreement, filter);
        }
        return filter;
      }
      const key = typeof allowed === 'string' ? allowed : JSON.stringify(allowed);
      let filter = narrowed.get(key);
      if (filter === undefined) {
        filter = compileFieldFilter(allowed);
        if (narrowed.size >= REMEMBERED_FILTERS) narrowed.delete(narrowed.keys().next().value as string);
        narrowed.set(key, filter);
      }
      return filter;
    },
  };
}
