#pragma once

#include <string>

#include "api/wire/route.h"

namespace webhooks::api {

inline constexpr std::string_view kXlsx =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// GET /webhooks/export: the list's filters and sort as a workbook. `zone`: the IANA zone of the
// file name's time unless the request names one with `tz`. Takes long: for the slow threads.
http::Reply export_webhooks(const Call& call, store::WebhookStore& webhooks,
                            const std::string& zone);

}  // namespace webhooks::api
