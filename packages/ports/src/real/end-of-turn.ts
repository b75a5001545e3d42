/**
 * Runs `action` when every callback and every promise of this turn of the event loop has had its say: the
 * moment to send together what one turn produced. (The check phase, after I/O callbacks and microtasks.)
 */
export function atEndOfTurn(action: () => void): void {
  setImmediate(action);
}
