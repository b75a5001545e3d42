/** OpenMetrics text of the registry: counts of things, never of or about one person. */
import type { BundleStore } from './bundle/bundle-store.ts';
import type { Journal } from './notes/journal.ts';

export function writeMetrics(state: { journal: Journal; store: BundleStore; ready: boolean }): string {
  const { journal, store } = state;
  const { grants, withdrawals } = journal.book.counts;
  const gauges: [string, string, number][] = [
    ['minben_registry_ready', 'Whether the registry may be used.', state.ready ? 1 : 0],
    ['minben_registry_log_entries', 'Entries of the hub log.', journal.log.head.size],
    [
      'minben_registry_log_published_entries',
      'Entries of the hub log that are served.',
      journal.log.publishedHead?.size ?? 0,
    ],
    [
      'minben_registry_log_witnessed_entries',
      'Entries under a checkpoint with a quorum of cosignatures.',
      journal.log.witnessed?.size ?? 0,
    ],
    ['minben_registry_bundle_version', 'Version of the trust bundle.', store.newest?.version ?? 0],
    [
      'minben_registry_bundle_issued_timestamp_seconds',
      'When the newest bundle was issued.',
      store.newest?.bundle.issuedAt ?? 0,
    ],
    ['minben_registry_status_version', 'Version of the status list.', journal.book.version],
    ['minben_registry_grants', 'Grants remembered.', grants],
    ['minben_registry_withdrawals', 'Withdrawals remembered.', withdrawals],
  ];
  const lines = gauges.flatMap(([name, help, value]) => [
    `# TYPE ${name} gauge`,
    `# HELP ${name} ${help}`,
    `${name} ${value}`,
  ]);
  return `${lines.join('\n')}\n# EOF\n`;
}
