#include "common/store/sqlite/batch.h"

// The virtual table behind batch(?).
namespace webhooks::store::sqlite {
namespace {

constexpr char kPointerType[] = "webhooks.batch";

struct Cursor {
  sqlite3_vtab_cursor base{};
  const Batch* batch = nullptr;
  std::size_t row = 0;
};

Cursor& of(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<Cursor*>(cursor); }

}  // namespace

struct BatchTable {
  static int connect(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** out, char**) {
    const int code =
        sqlite3_declare_vtab(db, "CREATE TABLE x(c0, c1, c2, c3, c4, c5, c6, c7, c8, rows HIDDEN)");
    if (code == SQLITE_OK) *out = new sqlite3_vtab{};
    return code;
  }

  static int disconnect(sqlite3_vtab* table) {
    delete table;
    return SQLITE_OK;
  }

  // The argument is a hidden column that must be given; there is nothing else to be clever about.
  static int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
    for (int i = 0; i < plan->nConstraint; ++i) {
      const auto& constraint = plan->aConstraint[i];
      if (constraint.iColumn != Batch::kColumns || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ)
        continue;
      if (constraint.usable == 0) return SQLITE_CONSTRAINT;
      plan->aConstraintUsage[i] = {1, 1};
      plan->estimatedCost = 10;
      plan->estimatedRows = 10;
      return SQLITE_OK;
    }
    return SQLITE_CONSTRAINT;
  }

  static int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
    *out = &(new Cursor)->base;
    return SQLITE_OK;
  }

  static int close(sqlite3_vtab_cursor* cursor) {
    delete &of(cursor);
    return SQLITE_OK;
  }

  static int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value** values) {
    of(cursor).batch = static_cast<const Batch*>(sqlite3_value_pointer(values[0], kPointerType));
    of(cursor).row = 0;
    return SQLITE_OK;
  }

  static int next(sqlite3_vtab_cursor* cursor) {
    ++of(cursor).row;
    return SQLITE_OK;
  }

  static int eof(sqlite3_vtab_cursor* cursor) {
    const Batch* const batch = of(cursor).batch;
    return batch == nullptr || of(cursor).row >= batch->rows() ? 1 : 0;
  }

  static int column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int at) {
    const Batch& batch = *of(cursor).batch;
    const auto column = static_cast<std::size_t>(at);
    if (column >= batch.width_) return SQLITE_OK;  // NULL
    const Batch::Cell& cell = batch.cells_[of(cursor).row * batch.width_ + column];
    if (const auto* const number = std::get_if<std::int64_t>(&cell)) {
      sqlite3_result_int64(out, *number);
    } else if (const auto* const text = std::get_if<std::string_view>(&cell)) {
      sqlite3_result_text64(out, text->data() ? text->data() : "", text->size(), SQLITE_STATIC,
                            SQLITE_UTF8);
    }
    return SQLITE_OK;
  }

  static int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(of(cursor).row) + 1;
    return SQLITE_OK;
  }
};

int register_batch(sqlite3* db) {
  static const sqlite3_module module = [] {
    sqlite3_module made{};
    made.xConnect = BatchTable::connect;
    made.xBestIndex = BatchTable::best_index;
    made.xDisconnect = BatchTable::disconnect;
    made.xOpen = BatchTable::open;
    made.xClose = BatchTable::close;
    made.xFilter = BatchTable::filter;
    made.xNext = BatchTable::next;
    made.xEof = BatchTable::eof;
    made.xColumn = BatchTable::column;
    made.xRowid = BatchTable::rowid;
    return made;
  }();
  return sqlite3_create_module_v2(db, "batch", &module, nullptr, nullptr);
}

int bind_batch(sqlite3_stmt* statement, int at, const Batch& batch) {
  return sqlite3_bind_pointer(statement, at, const_cast<Batch*>(&batch), kPointerType, nullptr);
}

}  // namespace webhooks::store::sqlite
