#pragma once

#include "api/wire/route.h"

namespace webhooks::api {

// /contracts: partners read their own, admins read and write all.
http::Reply list_contracts(const Call& call, store::ContractStore& contracts);
Outcome put_contract(const Call& call);
Outcome delete_contract(const Call& call);

}  // namespace webhooks::api
