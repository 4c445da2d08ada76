#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/http/message.h"
#include "api/http/server.h"

namespace webhooks::support {

// What edge_server answers. Queries are numbers or words; see handle() for the routes.
class EdgeRoutes {
 public:
  EdgeRoutes();
  ~EdgeRoutes();

  void observe(std::function<http::Stats()> stats) { stats_ = std::move(stats); }
  void handle(http::Request request, http::Responder responder);

  // Answers what /hold keeps.
  http::Reply release();

 private:
  void later(std::function<void()> job);
  void hold(http::Responder responder);
  http::Reply report();

  std::function<http::Stats()> stats_;
  std::shared_ptr<std::atomic<int>> sources_ = std::make_shared<std::atomic<int>>(0);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::vector<http::Responder> held_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace webhooks::support
