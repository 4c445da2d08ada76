#include "tests/bench/engine/stage.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "common/base/assert.h"
#include "common/base/clock.h"

extern char** environ;

namespace webhooks::bench {
namespace {

const PartnerId kPartner{"bench"};

Time now() { return SystemClock().now(); }

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(static_cast<double>(values.size()) * share);
  return values[std::min(at, values.size() - 1)];
}

std::string worker_beside(const char* program) {
  return (std::filesystem::path(program).parent_path() / "webhooks-worker").string();
}

std::string webhook_name(int number) { return fmt::format("wh_{:026}", number); }

Event sample_event(const json::EventCatalog& catalog, int serial, int webhook) {
  const auto& entry = catalog.entry(EventType::flight_delay_status_changed);
  return {{fmt::format("evt_{:012}", serial)},
          entry.type,
          {"C" + std::to_string(webhook)},
          "booking/" + std::to_string(serial % 997),
          now(),
          {},
          std::string(entry.example)};
}

Stage::Stage(std::string program)
    : program_(std::move(program)), folder_("/tmp/webhooks-bench-XXXXXX") {
  WEBHOOKS_ASSERT(::mkdtemp(folder_.data()) != nullptr);
  backend_ = store::open_backend("sqlite:" + folder_ + "/bench.db");
  backend_->migrate();
  session_ = backend_->connect();
}

Stage::~Stage() {
  if (worker_ > 0) stop();
  session_.reset();
  std::filesystem::remove_all(folder_);
}

void Stage::add_webhooks(int count, const std::string& url) {
  std::vector<std::function<void()>> units;
  for (int i = 0; i < count; ++i)
    units.emplace_back([this, &url] {
      const ContractId contract{"C" + std::to_string(webhooks_)};
      session_->contracts().put({contract, kPartner, "bench", true}, now());
      session_->webhooks().create({{webhook_name(webhooks_)},
                                   kPartner,
                                   {contract,
                                    fmt::format("{}/{}", url, webhooks_),
                                    {EventType::flight_delay_status_changed},
                                    WebhookStatus::active,
                                    DeliveryOrder::by_subject,
                                    ""},
                                   std::string(32, 's'),
                                   now()});
      ++webhooks_;
    });
  for (const auto& failure : session_->run_group(units))
    if (failure) std::rethrow_exception(failure);
}

void Stage::publish(int count, int first, int webhooks) {
  std::vector<Event> batch;
  for (int i = 0; i < count; ++i) {
    batch.push_back(sample_event(catalog_, events_++, first + i % webhooks));
    if (batch.size() == 1000 || i + 1 == count)
      session_->events().append(std::exchange(batch, {}), now());
  }
}

void Stage::run_sql(const std::string& script) {
  const std::string file = folder_ + "/script.sql";
  std::ofstream(file) << ".bail on\n" << script;
  WEBHOOKS_ASSERT(
      std::system(("sqlite3 " + folder_ + "/bench.db < " + file + " > /dev/null").c_str()) == 0);
}

void Stage::start(const std::vector<std::string>& options) {
  std::vector<std::string> words{program_,       "--database",  "sqlite:" + folder_ + "/bench.db",
                                 "--ops-listen", "127.0.0.1:0", "--allow-http",
                                 "--allow-cidr", "127.0.0.0/8", "--log-level",
                                 "error",        "--worker-id", "bench"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  WEBHOOKS_ASSERT(
      ::posix_spawn(&worker_, program_.c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
}

double Stage::stop() {
  ::kill(worker_, SIGTERM);
  rusage usage{};
  ::wait4(std::exchange(worker_, 0), nullptr, 0, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The scheduler's own count: ticks would count a thread that wakes with them too often or never.
double Stage::cpu_seconds() const {
  double nanos = 0;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", worker_))) {
    double run = 0;
    std::ifstream(thread.path() / "schedstat") >> run;
    nanos += run;
  }
  return nanos / 1e9;
}

double Stage::resident_mib() const {
  std::ifstream in(fmt::format("/proc/{}/statm", worker_));
  double all = 0;
  double resident = 0;
  in >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

std::int64_t Stage::log_bytes() const {
  return static_cast<std::int64_t>(std::filesystem::file_size(folder_ + "/bench.db-wal"));
}

bool Stage::is_fanned_out() { return session_->insight().backlog(now()).events_pending == 0; }

bool Stage::is_done() {
  const store::Backlog backlog = session_->insight().backlog(now());
  return backlog.events_pending == 0 && backlog.deliveries_pending == 0;
}

}  // namespace webhooks::bench
