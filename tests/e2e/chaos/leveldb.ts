/** A log is written in blocks of this size; a record that does not fit goes on in the next one. */
const BLOCK_BYTES = 32 * 1024;
/** Checksum, length and type stand before each record. */
const HEAD_BYTES = 7;
const TYPE_MAX = 4;
const CHECKSUM_DELTA = 0xa282ead8;

/**
 * What a log of LevelDB is worth. A writer that is killed leaves an unfinished record at the end, which the next
 * reader leaves out. But a reader that goes on writing to the same log does so behind the unfinished record; the one
 * after finds bytes there that are no record, and gives up (google/leveldb, issue 1287).
 */
export type LogState = "sound" | "unfinished" | "damaged";

/** Reads a log, or a manifest, which is written in the same way. */
export function readLog(log: Uint8Array): LogState {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  let at = 0;
  while (at < log.length) {
    const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES;
    if (blockEnd - at < HEAD_BYTES) {
      at = blockEnd;
      continue;
    }
    if (log.length - at < HEAD_BYTES) {
      return "unfinished";
    }
    const checksum = view.getUint32(at, true);
    const length = view.getUint16(at + 4, true);
    const type = log[at + 6];
    const end = at + HEAD_BYTES + length;
    if (end > blockEnd) {
      return "damaged";
    }
    if (end > log.length) {
      return "unfinished";
    }
    if (type > TYPE_MAX || checksum !== masked(crc32c(log.subarray(at + 6, end)))) {
      return "damaged";
    }
    at = end;
  }
  return "sound";
}

/** A checksum as the log has it (LevelDB's util/crc32c.h: rotated, and a constant added). */
function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + CHECKSUM_DELTA) >>> 0;
}

/** CRC-32C (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
