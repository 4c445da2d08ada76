#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/unique_fd.h"
#include "common/http/admission.h"
#include "common/http/core.h"
#include "common/http/framer.h"
#include "common/http/inbound.h"
#include "common/http/io_events.h"
#include "common/http/output.h"
#include "common/http/serialize.h"

namespace webhooks::http {

// One client. Takes its bytes from the polling thread, has the requests handled one after the
// other, and writes the answers in that order, from whichever thread they come. Thread-safe.
//
// Writes go to a duplicate of the descriptor, closed with the last owner of this object. So a late
// answer can never reach a descriptor number that meanwhile belongs to another client.
class Connection final : public Inbound,
                         public IoEvents,
                         public std::enable_shared_from_this<Connection> {
 public:
  // `slot` is held for the connection's life. Open with open(), once it is in a shared_ptr.
  Connection(std::shared_ptr<Core> core, UniqueFd socket, std::string peer,
             std::unique_ptr<Admission::Slot> slot);
  ~Connection() override;

  void open();
  void open_refused();  // answers 503 and closes

  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_writable() override;
  void on_resume() override;
  void on_source_wanted() override;
  void on_deadline(Steady now) override;

  // The one answer to the request being handled; after the client has gone, nowhere.
  void answer(AnswerContext context, Reply reply);

  // For the end of the server: is an answer still owed, or being written? Close without a word;
  // cut.
  bool is_working();
  void close();
  void cut();

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Phase { idle, head, body, handling };
  enum class Ending { quiet, reset };
  struct Streamed {
    BodySource source;
    bool chunked;
    std::optional<std::uint64_t> left;
  };

  // All of these with the lock held; proceed() and dispatch() let go of it around the handler.
  bool may_read() const;
  void proceed(Lock& lock, std::string_view input);
  void consume(Lock& lock, std::string_view& input);
  void dispatch(Lock& lock);
  void refuse(const Refusal& refusal);
  void enqueue(AnswerContext context, Reply reply);
  void end_exchange();
  bool take_piece(Streamed& stream, std::string piece);
  void flush();
  std::uint64_t taken_by_client() const;
  bool extend(std::uint64_t moved, std::uint64_t& mark, Steady moment, Steady& deadline) const;
  void settle();
  void end(Ending how);
  void schedule();
  void publish();
  AnswerContext make_context();

  const std::shared_ptr<Core> core_;
  const UniqueFd socket_;
  const std::string peer_;
  const std::unique_ptr<Admission::Slot> slot_;
  const std::string id_prefix_;

  std::mutex mutex_;
  Framer framer_;
  Output output_;
  std::string backlog_;  // came while no further request could be begun
  std::optional<Streamed> stream_;

  std::uint64_t requests_ = 0;
  bool reading_ = false;      // a thread is in proceed()
  bool busy_ = false;         // a request is handled or its answer streamed
  bool continued_ = false;    // 100 Continue was sent for this request
  bool overrun_ = false;      // more was sent ahead than we keep: close after this answer
  bool close_after_ = false;  // the answer in progress said so
  bool closing_ = false;      // nothing more is read; what is written gets out, then the end
  bool lingering_ = false;    // our side is shut, the client's not yet
  bool ended_ = false;        // the client sends nothing more
  bool dead_ = false;
  bool parked_ = false;        // the stream rests until the client has read
  std::uint64_t watched_ = 0;  // the flusher's key while on_writable() is to come

  Phase phase_ = Phase::idle;
  Steady read_deadline_ = kNever;
  std::uint64_t body_mark_ = 0;   // of the body's bytes, when its time was last extended
  std::uint64_t written_ = 0;     // into the kernel, ever
  std::uint64_t taken_mark_ = 0;  // of what the client took, when its time was last extended
  Steady write_deadline_ = kNever;
};

}  // namespace webhooks::http
