export { type Failure, fail, type Result, type Success, succeed } from './result.ts';
