#include "api/serving/committer.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>

#include "api/wire/problem.h"
#include "common/base/log.h"

namespace webhooks::api {
namespace {

// Thrown inside a unit so that the group undoes it alone; the answer is already kept.
struct Undo {};

http::Reply failure(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const store::StoreError& error) {
    log::error("api.commit_failed", {{"error", error.what()}});
    return unavailable("The write could not be stored; nothing of it has happened.");
  } catch (const std::exception& error) {
    log::error("api.write_failed", {{"error", error.what()}});
    return internal_error();
  } catch (...) {
    log::error("api.write_failed", {{"error", "unknown"}});
    return internal_error();
  }
}

bool is_store_error(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const store::StoreError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

Committer::Committer(Connect connect, CommitterOptions options, CommitterProbe probe)
    : connect_(std::move(connect)),
      options_(options),
      probe_(std::move(probe)),
      session_(connect_()) {
  for (std::thread& thread : threads_) thread = std::thread([this] { run(); });
}

Committer::~Committer() { drain(); }

bool Committer::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (draining_ || queue_.size() >= options_.queue) return false;
    queue_.push_back(std::move(job));
  }
  arrived_.notify_one();
  return true;
}

void Committer::submit(WriteUnit unit, http::Responder responder) {
  auto waiting = std::make_shared<http::Responder>(std::move(responder));
  if (enqueue({std::move(unit), waiting})) return;
  std::move(*waiting).send(unavailable("Too many writes are waiting; try again soon."));
}

void Committer::submit(std::function<void(store::Session&)> unit) {
  enqueue({[unit = std::move(unit)](store::Session& session) {
             unit(session);
             return http::Reply{};
           },
           nullptr});
}

void Committer::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  arrived_.notify_one();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::size_t Committer::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

// Two threads in turn: while one sends its group's answers, which takes longer than a commit, the
// other commits the next group.
void Committer::run() {
  for (;;) {
    std::vector<Job> jobs;
    std::vector<http::Reply> replies;
    {
      const std::lock_guard alone(writing_);
      jobs = take();
      if (jobs.empty()) return;
      replies = commit(jobs);
    }
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (jobs[i].responder) std::move(*jobs[i].responder).send(std::move(replies[i]));
  }
}

std::vector<Committer::Job> Committer::take() {
  std::vector<Job> jobs;
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return draining_ || !queue_.empty(); });
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.group));
  std::move(queue_.begin(), end, std::back_inserter(jobs));
  queue_.erase(queue_.begin(), end);
  return jobs;
}

std::vector<http::Reply> Committer::commit(std::vector<Job>& jobs) {
  std::vector<std::optional<http::Reply>> replies(jobs.size());
  std::vector<std::function<void()>> units;
  units.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i)
    units.emplace_back([&reply = replies[i], &job = jobs[i], this] {
      reply = job.unit(*session_);
      if (reply->status >= 400) throw Undo{};
    });

  std::vector<std::exception_ptr> failures(jobs.size());
  const auto begin = std::chrono::steady_clock::now();
  try {
    if (!session_) session_ = connect_();
    failures = session_->run_group(units);
  } catch (...) {
    std::fill(failures.begin(), failures.end(), std::current_exception());
  }

  // A store that failed may have lost its connection: the next group begins with a new one.
  if (std::any_of(failures.begin(), failures.end(),
                  [](const auto& cause) { return cause != nullptr && is_store_error(cause); }))
    session_.reset();
  probe_.committed(jobs.size(), std::chrono::steady_clock::now() - begin);

  std::vector<http::Reply> answers;
  answers.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const bool refused =
        failures[i] && replies[i] && replies[i]->status >= 400 && !is_store_error(failures[i]);
    answers.push_back(!failures[i] || refused ? std::move(*replies[i]) : failure(failures[i]));
  }
  return answers;
}

}  // namespace webhooks::api
