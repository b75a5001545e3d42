// What a machine can say about the code without running it; shared by check.mjs and test.mjs.
export const checks = [
  { title: 'format and lint (biome)', program: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { title: 'type-aware lint (oxlint)', program: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { title: 'types (tsc)', program: 'tsc', args: ['-p', '.'] },
];
