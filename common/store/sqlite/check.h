#pragma once

#include <string_view>
#include <vector>

#include "common/store/maintenance.h"
#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// Whether the file itself is sound: pages, indexes, constraints. At most 20 violations.
std::vector<Violation> check_file(Connection& db);

// The names of the rules that check_invariants() knows.
std::vector<std::string_view> invariants();

// What must hold between the tables whatever happens, as of one instant. At most 20 violations a
// rule. Reads all of the log.
std::vector<Violation> check_invariants(Connection& db);

}  // namespace webhooks::store::sqlite
