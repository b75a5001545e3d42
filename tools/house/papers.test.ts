/** The papers stay true to the tree: what they link to exists, and each has the parts that its readers rely on. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources, root } from './source-files.ts';

const papers = readSources(['.md']);
const rows = (papers.find(({ path }) => path === 'docs/policy-map.md')?.text ?? '')
  .split('\n')
  .filter((line) => /^\| P\d\d \|/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('the papers', () => {
  it('link only to files that exist', () => {
    const broken = papers.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('say in each decision first what was decided, then why, then what else there was', () => {
    const decisions = papers.filter(({ path }) => path.startsWith('docs/adr/'));
    expect(decisions.length).toBeGreaterThan(0);
    decisions.forEach(({ path, text }, index) => {
      expect(path).toMatch(new RegExp(`^docs/adr/${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      const headings = text.split('\n').filter((line) => line.startsWith('## '));
      expect(headings, path).toEqual(['## Decision', '## Context', '## Options']);
    });
  });
});

describe('the policy map', () => {
  it('has all 41 rows in order, each with capability, room, tests and state', () => {
    const ids = Array.from({ length: 41 }, (_, index) => `P${String(index + 1).padStart(2, '0')}`);
    expect(rows.map(([id]) => id)).toEqual(ids);
    for (const row of rows) {
      expect(row).toHaveLength(6);
      expect(
        row.every((cell) => cell !== ''),
        row[0],
      ).toBe(true);
    }
  });

  it('names tests for what has begun, and only folders that exist', () => {
    for (const [id, , , , tests = '', state = ''] of rows) {
      const folders = [...tests.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder);
      expect(
        folders.filter((folder) => !existsSync(join(root, folder))),
        id,
      ).toEqual([]);
      expect(folders.length > 0, `${id}: ${state}`).toBe(!state.startsWith('not begun'));
    }
  });
});
