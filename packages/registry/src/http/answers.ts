/** Small tools of the handlers: JSON in, JSON out, and one table of routes. */
import type { HttpHandler, HttpRequest, HttpResponse } from '@minben/ports';
import type { Static, TSchema } from 'typebox';
import Compile from 'typebox/compile';
import { refuse } from './problems.ts';

export function answerJson(status: number, value: unknown): HttpResponse {
  const body = Buffer.from(JSON.stringify(value));
  return {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['cache-control', 'no-store'],
    ],
    body,
  };
}

export function answerText(status: number, text: string, type = 'text/plain; charset=utf-8'): HttpResponse {
  return { status, headers: [['content-type', type]], body: Buffer.from(text) };
}

/** The path without its query, and the query. Paths are compared as sent: nothing is decoded. */
export function splitPath(request: HttpRequest): { path: string; query: URLSearchParams } {
  const mark = request.path.indexOf('?');
  if (mark < 0) return { path: request.path, query: new URLSearchParams() };
  return { path: request.path.slice(0, mark), query: new URLSearchParams(request.path.slice(mark + 1)) };
}

/** A reader of bodies that match `schema`; undefined for anything else. */
export function bodyReader<T extends TSchema>(schema: T): (request: HttpRequest) => Static<T> | undefined {
  const check = Compile(schema);
  return (request) => {
    try {
      const value: unknown = JSON.parse(Buffer.from(request.body).toString());
      return check.Check(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };
}

/** `METHOD /path`, or `METHOD /path/` for everything below it. */
export type Routes = Readonly<
  Record<string, (request: HttpRequest, rest: string) => Promise<HttpResponse> | HttpResponse>
>;

/** Answers by the table; 404 for an unknown path, 405 for a known one under another method. */
export function route(routes: Routes): HttpHandler {
  const paths = Object.keys(routes).map((key) => key.slice(key.indexOf(' ') + 1));
  return async (request) => {
    const { path } = splitPath(request);
    const matched =
      paths.find((known) => known === path) ?? paths.find((known) => known.endsWith('/') && path.startsWith(known));
    if (matched === undefined) return refuse(request, 'not-found');
    const handler = routes[`${request.method} ${matched}`];
    return handler ? handler(request, path.slice(matched.length)) : refuse(request, 'method-not-allowed');
  };
}
