#include "common/store/sqlite/webhook_selection.h"

#include <algorithm>
#include <fmt/format.h>

#include "common/store/sqlite/webhook_rows.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::size_t kGram = 3;

constexpr std::string_view kSerial = "SELECT serial FROM partner WHERE id = ?";
constexpr std::string_view kFewHaveGrams = R"sql(
  SELECT count(*) FROM (SELECT 1 FROM webhook_url
                        WHERE webhook_url MATCH ? AND rowid BETWEEN ? << 40 AND (? + 1 << 40) - 1 LIMIT ?))sql";
constexpr std::string_view kIsFound = R"sql(
  w.number IN (SELECT rowid & (1 << 40) - 1 FROM webhook_url
               WHERE webhook_url MATCH ? AND rowid BETWEEN ? << 40 AND (? + 1 << 40) - 1))sql";

std::string escape_like(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + '%';
}

// What every URL that holds `piece` must have: its three-letter pieces that do not overlap, and the
// last. Overlapping ones would find hardly less and cost more. Empty: `piece` is too short, or it
// is no ASCII, where FTS5 knows of more equal letters than LIKE does.
std::string grams_of(std::string_view piece) {
  constexpr std::size_t kMost = 8;
  std::string match;
  if (piece.size() < kGram) return match;
  for (const char c : piece)
    if (static_cast<unsigned char>(c) >= 0x80) return match;
  const auto add = [&](std::size_t at) {
    match += match.empty() ? "\"" : " AND \"";
    for (const char c : piece.substr(at, kGram)) match += c == '"' ? "\"\"" : std::string(1, c);
    match += '"';
  };
  for (std::size_t at = 0, count = 1; at + kGram <= piece.size() && count < kMost; ++count) {
    add(at);
    at += kGram;
  }
  add(piece.size() - kGram);
  return match;
}

// Values of webhook.event_types that have at least one of `wanted`.
std::vector<std::string> kinds_with(const std::vector<EventType>& wanted) {
  std::vector<std::string> kinds;
  if (normalised(wanted).size() == kEventTypes.size()) return kinds;  // which all have
  for (unsigned set = 1; set < 1U << kEventTypes.size(); ++set) {
    std::vector<EventType> types;
    bool has_one = false;
    for (std::size_t i = 0; i < kEventTypes.size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      types.push_back(kEventTypes[i]);
      has_one = has_one || std::find(wanted.begin(), wanted.end(), kEventTypes[i]) != wanted.end();
    }
    if (has_one) kinds.push_back(event_types_column(types));
  }
  return kinds;
}

// The conditions that webhook_tally and every index know.
Filter kind_filter(const WebhookQuery& query) {
  const auto same = [](const std::string& text) { return text; };
  Filter filter;
  filter.add("w.partner_id = ?", query.partner.value);
  filter.any_of("w.contract_id", query.contracts, [](const ContractId& id) { return id.value; });
  filter.any_of("w.status", query.statuses, kByName);
  filter.any_of("w.event_types", kinds_with(query.event_types), same);
  return filter;
}

std::string_view sort_column(WebhookSort sort) {
  switch (sort) {
    case WebhookSort::number:
      return "number";
    case WebhookSort::contract_id:
      return "contract_id";
    case WebhookSort::url:
      return "url";
    case WebhookSort::event_type:
      return "event_types";
    case WebhookSort::status:
      return "status";
    case WebhookSort::created_at:
      return "created_at";
    case WebhookSort::updated_at:
      return "updated_at";
  }
  return "number";
}

std::int64_t count(Connection& db, const std::string& what, const Filter& filter) {
  Connection::Adhoc statement(db, "SELECT " + what + filter.sql());
  filter.bind(statement);
  Rows rows = statement.rows();
  rows.next();
  return rows.integer(0);
}

std::string along(std::string_view column) {
  return fmt::format("webhook w INDEXED BY webhook_by_{}", column);
}

std::int64_t tally(Connection& db, const Filter& kinds) {
  return count(db, "coalesce(sum(w.webhooks), 0) FROM webhook_tally w", kinds);
}

// The index that has the order when many match; else the one whose filter narrows most.
std::string_view way_of(Connection& db, const WebhookQuery& query, std::int64_t total) {
  std::string_view way = sort_column(query.sort);
  if (total > kSortedAtOnce) return way;
  std::int64_t fewest = INT64_MAX;
  const auto consider = [&](std::string_view column, const auto& wanted, auto member) {
    if (wanted.empty()) return;
    WebhookQuery alone;
    alone.partner = query.partner;
    alone.*member = wanted;
    const std::int64_t matches = tally(db, kind_filter(alone));
    if (matches < fewest) way = column;
    fewest = std::min(fewest, matches);
  };
  consider("contract_id", query.contracts, &WebhookQuery::contracts);
  consider("event_types", query.event_types, &WebhookQuery::event_types);
  consider("status", query.statuses, &WebhookQuery::statuses);
  return way;
}

}  // namespace

WebhookSelection select_webhooks(Connection& db, const WebhookQuery& query) {
  const std::string_view sort = sort_column(query.sort);
  const std::string_view direction = query.descending ? "DESC" : "ASC";
  WebhookSelection chosen;
  chosen.order = fmt::format(" ORDER BY w.{} {}", sort, direction);
  if (query.sort != WebhookSort::number) chosen.order += fmt::format(", w.number {}", direction);
  chosen.filter = kind_filter(query);

  if (query.numbers.empty() && !query.url_contains) {
    chosen.total = tally(db, chosen.filter);
    chosen.from = along(way_of(db, query, chosen.total));
    return chosen;
  }

  std::string_view way = "url";
  chosen.filter.any_of("w.number", query.numbers, [](std::int64_t number) { return number; });
  if (!query.numbers.empty()) way = "number";
  if (query.url_contains) {
    const std::string grams = grams_of(*query.url_contains);
    const std::int64_t serial = db.value(kSerial, query.partner).value_or(0);
    if (query.numbers.empty() && !grams.empty() &&
        db.value(kFewHaveGrams, grams, serial, serial, kSortedAtOnce + 1) <= kSortedAtOnce) {
      chosen.filter.add(kIsFound, grams, serial, serial);
      way = "number";
    }
    chosen.filter.add("w.url LIKE ? ESCAPE '\\'", escape_like(*query.url_contains));
  }
  chosen.total = count(db, "count(*) FROM " + along(way), chosen.filter);
  chosen.from = along(way == "number" || chosen.total <= kSortedAtOnce ? way : sort);
  return chosen;
}

}  // namespace webhooks::store::sqlite
