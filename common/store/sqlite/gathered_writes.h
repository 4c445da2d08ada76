#pragma once

namespace webhooks::store::sqlite {

// The name of a file system for SQLite (sqlite3_vfs) in which writes that follow one another in a
// file leave the process as one. Registers it at the first call. Thread-safe; asserts that SQLite
// has a file system to stand on.
//
// A commit appends two pieces for each page to the write-ahead log, and a checkpoint writes page
// after page: for the kernel each of them is as much work as sixty together. As one write they took
// an eighth of the processor time off publishing and delivering (measured over 60,000 events).
//
// Nothing becomes visible or durable at another time than without it. What waits is written before
// anything else is asked of that file (sync, read, size, unlock, …), and what waits for the log
// before other connections are told where it ends. A write that fails is reported by that call.
const char* gathered_writes();

}  // namespace webhooks::store::sqlite
