#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/log.h"
#include "common/base/option_values.h"
#include "common/base/options.h"
#include "common/domain/ip_address.h"
#include "common/domain/limits.h"
#include "common/domain/verdict.h"
#include "common/ops/unsafe_settings.h"
#include "common/store/secrets_options.h"

namespace webhooks::worker {

// Everything that can be set, with its default.
struct WorkerConfig {
  std::string database;
  options::Address ops_listen{"127.0.0.1", 9091};
  std::string worker_id;  // empty: made of the host's name and ops_listen
  int senders = 64;
  Millis attempt_timeout = std::chrono::seconds(15);
  std::vector<Millis> retry_schedule = RetryPolicy::default_waits();
  Millis poll = std::chrono::milliseconds(5);
  Millis drain_timeout = std::chrono::seconds(20);
  bool allow_http = false;
  std::vector<Cidr> allow_cidrs;
  std::string ca_file;
  std::vector<options::Address> dns_servers;  // empty: those of the system
  Millis disable_after = limits::kGiveUpAfter;
  store::SecretsOptions secrets;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;

  // config check
  bool json = false;

  // Rules across options; nullopt: they hold. The message names the option.
  std::optional<std::string> validate(const std::string& command) const;

  // What of it gives up a protection.
  std::vector<ops::UnsafeSetting> unsafe() const;
};

// The table of the program's commands and options, bound to `config`, which must outlive it.
options::Program describe(WorkerConfig& config);

// The name under which this worker claims: the same after a restart, so that it finds its own
// claims again.
std::string worker_name(const WorkerConfig& config, std::uint16_t ops_port);

}  // namespace webhooks::worker
