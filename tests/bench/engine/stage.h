#pragma once

#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "common/json/event_catalog.h"
#include "common/store/backend.h"

namespace webhooks::bench {

double median(std::vector<double> values);
// `share`: 0.99 for p99.
double percentile(std::vector<double> values, double share);

// A database of its own, and the real worker over it. Goes away with its owner.
class Stage {
 public:
  // `program`: the path of webhooks-worker.
  explicit Stage(std::string program);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  store::Session& session() { return *session_; }

  // `url`: of each. The n-th webhook, from 0 over all calls, is alone under the contract `C<n>`.
  void add_webhooks(int count, const std::string& url);
  // Events for the webhooks from `first` on, in turn, in commits of up to 1,000.
  void publish(int count, int first, int webhooks);
  // A script for the sqlite3 shell, for rows by the million.
  void run_sql(const std::string& script);

  void start(const std::vector<std::string>& options = {});
  // Asks it to stop and waits for it. Returns the CPU seconds that it took in all.
  double stop();

  double cpu_seconds() const;      // of the running worker until now
  double resident_mib() const;     // of the running worker now
  std::int64_t log_bytes() const;  // of the write-ahead log

  // True when no event is left in the outbox that has not become deliveries.
  bool is_fanned_out();
  // True when no delivery waits or is under way, and no event is left. Asks what is unfinished, not
  // the log: asking must not take part of the time that is measured.
  bool is_done();

 private:
  const std::string program_;
  const json::EventCatalog catalog_;
  std::string folder_;
  std::unique_ptr<store::Backend> backend_;
  std::unique_ptr<store::Session> session_;
  int webhooks_ = 0;
  int events_ = 0;
  pid_t worker_ = 0;
};

// The worker beside this program.
std::string worker_beside(const char* program);

// One event like those that a stage publishes.
Event sample_event(const json::EventCatalog& catalog, int serial, int webhook);
std::string webhook_name(int number);

}  // namespace webhooks::bench
