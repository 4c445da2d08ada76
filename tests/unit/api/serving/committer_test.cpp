#include "api/serving/committer.h"

#include <chrono>
#include <condition_variable>
#include <future>

#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

namespace {

// A session whose commit waits until it is let go, and can fail.
class SlowSession final : public store::Session {
 public:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    int entered = 0;
    int allowed = 0;
    bool broken = false;
    std::vector<std::size_t> groups;

    void wait_entered(int count) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return entered >= count; });
    }
    void allow(int count) {
      const std::lock_guard lock(mutex);
      allowed = count;
      changed.notify_all();
    }
  };

  explicit SlowSession(Gate& gate) : gate_(gate) {}

  store::ContractStore& contracts() override { throw std::logic_error("unused"); }
  store::WebhookStore& webhooks() override { throw std::logic_error("unused"); }
  store::EventStore& events() override { throw std::logic_error("unused"); }
  store::DeliveryStore& deliveries() override { throw std::logic_error("unused"); }
  store::KeyStore& keys() override { throw std::logic_error("unused"); }
  store::SecretStore& secrets() override { throw std::logic_error("unused"); }
  store::IdempotencyStore& idempotency() override { throw std::logic_error("unused"); }
  store::TurnStore& turns() override { throw std::logic_error("unused"); }
  store::InsightStore& insight() override { throw std::logic_error("unused"); }

  void at_one_instant(const std::function<void()>& reads) override { reads(); }

  std::vector<std::exception_ptr> run_group(std::span<const std::function<void()>> units) override {
    std::vector<std::exception_ptr> failures;
    for (const auto& unit : units) {
      std::exception_ptr failure;
      try {
        unit();
      } catch (...) {
        failure = std::current_exception();
      }
      failures.push_back(failure);
    }
    std::unique_lock lock(gate_.mutex);
    gate_.groups.push_back(units.size());
    const int turn = ++gate_.entered;
    gate_.changed.notify_all();
    gate_.changed.wait(lock, [&] { return gate_.allowed >= turn; });
    if (gate_.broken) throw store::StoreError("disk full");
    return failures;
  }

 private:
  Gate& gate_;
};

WriteUnit answers(int status) {
  return [status](store::Session&) { return http::Reply{status, {}, "", {}, {}}; };
}

// A client that takes its answer only when another has been let go; by itself after 5 min, to fail.
class Stalled final : public http::Responder::Target {
 public:
  void deliver(http::Reply) override {
    released = let_go.get_future().wait_for(std::chrono::minutes(5)) == std::future_status::ready;
    done.set_value();
  }

  std::promise<void> let_go;
  std::promise<void> done;
  bool released = false;
};

struct Fixture {
  SlowSession::Gate gate;
  int connects = 0;
  Committer committer{[this] {
                        ++connects;
                        return std::make_unique<SlowSession>(gate);
                      },
                      {.queue = 8, .group = 4}};

  std::shared_ptr<Keeper> submit(WriteUnit unit) {
    auto keeper = std::make_shared<Keeper>();
    committer.submit(std::move(unit), http::Responder(keeper));
    return keeper;
  }

  ~Fixture() { gate.allow(1000); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "those that wait for one commit share the next, up to a group") {
  auto first = submit(answers(201));
  gate.wait_entered(1);
  std::vector<std::shared_ptr<Keeper>> rest;
  for (int i = 0; i < 6; ++i) rest.push_back(submit(answers(202)));
  gate.allow(1000);
  CHECK(first->wait().status == 201);
  for (auto& keeper : rest) CHECK(keeper->wait().status == 202);
  CHECK(gate.groups == std::vector<std::size_t>{1, 4, 2});
}

TEST_CASE_METHOD(Fixture, "an answer comes only after its commit") {
  auto keeper = submit(answers(201));
  gate.wait_entered(1);  // the unit has run, the commit has not
  gate.broken = true;
  gate.allow(1);
  CHECK(keeper->wait().status == 503);
}

TEST_CASE_METHOD(Fixture, "while one group's answers are sent the next group is committed") {
  gate.allow(1000);
  const auto stalled = std::make_shared<Stalled>();
  committer.submit(answers(201), http::Responder(stalled));
  gate.wait_entered(1);
  CHECK(submit(answers(202))->wait().status == 202);
  stalled->let_go.set_value();
  stalled->done.get_future().wait();
  CHECK(stalled->released);
}

TEST_CASE_METHOD(Fixture, "each unit gets its own answer") {
  gate.allow(1000);
  CHECK(submit(answers(409))->wait().status == 409);
  CHECK(submit([](store::Session&) -> http::Reply { throw std::runtime_error("bug"); })
            ->wait()
            .status == 500);
  CHECK(submit(answers(204))->wait().status == 204);
}

TEST_CASE_METHOD(Fixture, "a full queue is answered 503 at once") {
  submit(answers(201));
  gate.wait_entered(1);
  for (int i = 0; i < 8; ++i) submit(answers(201));
  const auto refused = submit(answers(201))->wait();
  CHECK(refused.status == 503);
  CHECK_FALSE(header(refused, "Retry-After").empty());
}

TEST_CASE_METHOD(Fixture, "after a failure of the store a new connection is made") {
  gate.broken = true;
  gate.allow(1);
  CHECK(submit(answers(201))->wait().status == 503);
  gate.broken = false;
  gate.allow(1000);
  CHECK(submit(answers(201))->wait().status == 201);
  CHECK(connects == 2);
}

TEST_CASE_METHOD(Fixture, "draining answers what is queued and refuses what comes later") {
  auto first = submit(answers(201));
  gate.wait_entered(1);
  auto queued = submit(answers(202));
  gate.allow(1000);
  committer.drain();
  CHECK(first->wait().status == 201);
  CHECK(queued->wait().status == 202);
  CHECK(submit(answers(201))->wait().status == 503);
}

TEST_CASE("a unit that answers an error leaves nothing behind, its neighbours stay") {
  Service service;
  Committer& committer = service.committer;
  std::vector<std::shared_ptr<Keeper>> keepers;
  for (int i = 0; i < 3; ++i) {
    keepers.push_back(std::make_shared<Keeper>());
    committer.submit(
        [i](store::Session& session) {
          session.contracts().put({{"C-" + std::to_string(i)}, {"acme"}, "x", true}, Time());
          return http::Reply{i == 1 ? 422 : 200, {}, "", {}, {}};
        },
        http::Responder(keepers.back()));
  }
  CHECK(keepers[0]->wait().status == 200);
  CHECK(keepers[1]->wait().status == 422);
  CHECK(keepers[2]->wait().status == 200);
  auto session = service.engine.backend().connect();
  CHECK(session->contracts().find({"C-0"}));
  CHECK_FALSE(session->contracts().find({"C-1"}));
  CHECK(session->contracts().find({"C-2"}));
}
