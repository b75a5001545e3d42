/** A disk that passes everything on and remembers how many bytes each sync of an append file made durable. */
import type { AppendFile, Disk } from '@minben/ports';

export interface RecordedDisk {
  readonly disk: Disk;
  /** Bytes appended before each sync, in order; emptied by the caller when timing starts. */
  readonly batches: number[];
}

export function recordBatches(disk: Disk): RecordedDisk {
  const batches: number[] = [];
  const recorded: Disk = {
    ...disk,
    openAppend: async (path) => recordFile(await disk.openAppend(path), batches),
  };
  return { disk: recorded, batches };
}

function recordFile(file: AppendFile, batches: number[]): AppendFile {
  let pending = 0;
  return {
    get size() {
      return file.size;
    },
    append: (bytes) => {
      pending += bytes.byteLength;
      return file.append(bytes);
    },
    sync: () => {
      batches.push(pending);
      pending = 0;
      return file.sync();
    },
    close: () => file.close(),
  };
}
