#pragma once

#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// Applies every embedded migration that the database lacks, in one transaction that also serialises
// processes which start at once. Throws StoreError when the file belongs to another program or to a
// newer one of ours.
void migrate(Connection& db);

// 0: an empty file. Throws StoreError when the database belongs to another program or to a newer
// one of ours.
std::int64_t schema_version(Connection& db);

// Throws StoreError unless the schema is exactly the one that this program knows.
void require_current(Connection& db);

}  // namespace webhooks::store::sqlite
