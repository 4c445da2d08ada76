#pragma once

#include "common/domain/delivery.h"
#include "common/json/writer.h"

namespace webhooks::api {

// A delivery as lists show it.
void write_delivery(json::Writer& out, const Delivery& delivery);

std::string delivery_json(const Delivery& delivery);
// Alone, with its attempts.
std::string delivery_json(const DeliveryWithAttempts& delivery);

}  // namespace webhooks::api
