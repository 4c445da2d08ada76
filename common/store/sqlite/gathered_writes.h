#pragma once

namespace webhooks::store::sqlite {

// The name of a file system for SQLite (sqlite3_vfs) in which writes that follow one another in a
// write-ahead log leave the process as one. Registers it at the first call. Thread-safe; asserts
// that SQLite has a file system to stand on.
//
// A commit appends two pieces for each page to the log, and for the kernel each of them is as much
// work as sixty together. As one write they took an eighth of the processor time off publishing and
// delivering (measured over 60,000 events).
//
// Nothing becomes visible or durable at another time than without it. What waits is written before
// the log is synced, read, measured or cut, and before other connections are told where it ends; a
// write that fails is reported by that call. What waits when the lock to write to the log is given
// up was undone. The database itself is not gathered: a checkpoint does not ask what came of its
// last write until it is too late to tell it.
const char* gathered_writes();

}  // namespace webhooks::store::sqlite
