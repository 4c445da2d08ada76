#include "api/handlers/contracts.h"

#include "api/handlers/fields.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/domain/limits.h"
#include "common/json/writer.h"

namespace webhooks::api {
namespace {

void write_contract(json::Writer& out, const Contract& contract) {
  out.begin_object()
      .field("id", contract.id.value)
      .field("partner_id", contract.partner.value)
      .field("name", contract.name)
      .field("active", contract.active)
      .end_object();
}

http::Reply put(const Contract& contract, store::ContractStore& contracts, Time now) {
  json::Writer out;
  write_contract(out, contract);
  switch (contracts.put(contract, now)) {
    case store::ContractStore::PutResult::created:
      return json_reply(201, out.take()).with("Location", "/contracts/" + contract.id.value);
    case store::ContractStore::PutResult::updated:
      return json_reply(200, out.take());
    case store::ContractStore::PutResult::belongs_to_another_partner:
      break;
  }
  return conflict(
      "contract-of-another-partner", "A contract never moves to another partner.",
      {{"partner_id", "not_its_partner", "is not the partner that the contract belongs to"}});
}

}  // namespace

http::Reply list_contracts(const Call& call, store::ContractStore& contracts) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const Contract& contract : contracts.list(call.principal.partner))
    write_contract(out, contract);
  out.end_array().end_object();
  return json_reply(200, out.take());
}

Outcome put_contract(const Call& call) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(std::get<json::Document>(body), errors);
  Contract contract{{call.ids[0]}, {}, "", true};
  if (!is_contract_id(contract.id.value))
    reader.refuse("id", "invalid_id", "must be 1 to 64 letters, digits, '.', '_' or '-'");
  if (const auto id = reader.text("id", json::Need::optional); id && *id != contract.id.value)
    reader.refuse("id", "mismatch", "must be the id in the path");
  if (auto partner = reader.text("partner_id", json::Need::required)) {
    if (!is_partner_id(*partner))
      reader.refuse("partner_id", "invalid_id", "must be 1 to 64 letters, digits, '.', '_' or '-'");
    contract.partner = {std::move(*partner)};
  }
  if (auto name = reader.text("name", json::Need::required)) {
    if (name->empty()) reader.refuse("name", "too_short", "must not be empty");
    check_text(reader, "name", *name, limits::kNameLength);
    contract.name = std::move(*name);
  }
  contract.active = reader.boolean("active", json::Need::optional).value_or(true);
  reader.finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));
  return [contract = std::move(contract), now = call.now](store::Session& session) {
    return put(contract, session.contracts(), now);
  };
}

Outcome delete_contract(const Call& call) {
  return [id = ContractId{call.ids[0]}](store::Session& session) -> http::Reply {
    switch (session.contracts().remove(id)) {
      case store::ContractStore::RemoveResult::removed:
        return {204, {}, "", {}, {}};
      case store::ContractStore::RemoveResult::not_found:
        return not_found("contract");
      case store::ContractStore::RemoveResult::has_webhooks:
        break;
    }
    return conflict("contract-has-webhooks",
                    "Webhooks of this contract exist; delete them or set it inactive.");
  };
}

}  // namespace webhooks::api
