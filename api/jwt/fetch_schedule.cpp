#include "api/jwt/fetch_schedule.h"

#include <algorithm>

namespace webhooks::jwt {

bool FetchSchedule::asked(Instant now) {
  if (fetching_ || due_ <= now) return true;
  if (ever_begun_ && now - last_begun_ < waits_.between_asked) return false;
  due_ = now;
  return true;
}

void FetchSchedule::begun(Instant now) {
  fetching_ = true;
  ever_begun_ = true;
  last_begun_ = now;
}

void FetchSchedule::ended(Instant now, bool good) {
  fetching_ = false;
  retry_ = good                  ? Millis(0)
           : retry_ == Millis(0) ? waits_.first_retry
                                 : std::min(retry_ * 2, waits_.longest_retry);
  due_ = now + (good ? waits_.refresh : retry_);
}

}  // namespace webhooks::jwt
