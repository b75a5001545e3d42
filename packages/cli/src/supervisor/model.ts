/** A process that the supervisor runs, as data. */
export interface ProcessSpec {
  /** Also the prefix of its log lines. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** Answers 200 once the process can serve. */
  readonly readyUrl: string;
  /** Processes that must be ready before it starts, and that outlive it. */
  readonly after: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs once when it is ready the first time; what stands on the process waits for it. A failure stops everything. */
  readonly onReady?: () => Promise<void>;
}

export interface SupervisorTimes {
  /** Pause before the first restart; doubles up to `longestPauseMs` while the process keeps ending. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A process that ran this long starts again with the first pause. */
  readonly steadyMs: number;
  /** How long a process may take to end before it is killed. */
  readonly patienceMs: number;
  readonly pollMs: number;
}

export const TIMES: SupervisorTimes = {
  firstPauseMs: 500,
  longestPauseMs: 30_000,
  steadyMs: 60_000,
  patienceMs: 20_000,
  pollMs: 150,
};
