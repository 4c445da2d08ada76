#include "common/domain/outcome.h"

#include "common/base/names.h"

namespace webhooks {
namespace {

constexpr Names<SendError, 14> kNames{{
    {SendError::invalid_url, "invalid_url"},
    {SendError::dns_failure, "dns_failure"},
    {SendError::dns_timeout, "dns_timeout"},
    {SendError::blocked_address, "blocked_address"},
    {SendError::connect_refused, "connect_refused"},
    {SendError::connect_timeout, "connect_timeout"},
    {SendError::connect_failed, "connect_failed"},
    {SendError::tls_handshake, "tls_handshake"},
    {SendError::tls_certificate, "tls_certificate"},
    {SendError::connection_closed, "connection_closed"},
    {SendError::timeout, "timeout"},
    {SendError::malformed_response, "malformed_response"},
    {SendError::response_too_large, "response_too_large"},
    {SendError::internal, "internal"},
}};

}  // namespace

std::string_view to_string(SendError error) { return name_of(kNames, error); }

std::optional<SendError> send_error_from(std::string_view name) { return value_of(kNames, name); }

}  // namespace webhooks
