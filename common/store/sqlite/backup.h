#pragma once

#include <string>

#include "common/base/time.h"
#include "common/store/maintenance.h"

namespace webhooks::store::sqlite {

// Copies the database at `path`, as of one instant, into the new file `to`. Writers go on
// meanwhile; the write-ahead log grows until it is done. The copy is checked before it gets its
// name, and on disk when this returns. Throws StoreError, and then there is no such file.
BackupReport back_up(const std::string& path, const std::string& to);

// Makes the backup `from` the database at `path`, brought to this program's schema. What was under
// way when the backup was made is queued again. A database that is there already is refused, or
// with `replace` kept beside as PATH.replaced. Throws StoreError, also when a process still uses
// it; then nothing has changed.
BackupReport restore(const std::string& from, const std::string& path, bool replace, Time now);

}  // namespace webhooks::store::sqlite
