export { compileEndpoints, compileGlob, type Endpoint, type EndpointRights } from './endpoint-rights.ts';
export { type FieldList, intersectFields, isFieldPath } from './field-paths.ts';
export {
  compileFieldFilter,
  type FieldFilter,
  type FilteredDocument,
  type FilterFailure,
  isJsonMediaType,
} from './filter-fields.ts';
export {
  areWellFormedHeaders,
  digestHeaders,
  findSpoofedHeader,
  forwardRequestHeaders,
  forwardResponseHeaders,
  type HeaderSource,
} from './header-rules.ts';
export { isNormalisedPath, type SplitPath, splitNormalisedPath } from './normalised-path.ts';
