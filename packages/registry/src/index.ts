export { type Journal, openJournal } from './notes/journal.ts';
export { encodeNote, type RegistryNote } from './notes/note.ts';
export { createStatusAuthority, type StatusAuthority } from './status/status-authority.ts';
