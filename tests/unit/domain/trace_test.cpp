#include "common/domain/trace.h"

#include <catch2/catch.hpp>

using namespace webhooks;

namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";

}  // namespace

TEST_CASE("a traceparent of version 00 is read") {
  const auto context = parse_traceparent("00-" + kTrace + '-' + kParent + "-01").value();
  CHECK(context.trace_id == kTrace);
  CHECK(context.parent_id == kParent);
  CHECK(context.sampled);
  CHECK_FALSE(parse_traceparent("00-" + kTrace + '-' + kParent + "-00")->sampled);
  CHECK(parse_traceparent("00-" + kTrace + '-' + kParent + "-0b")->sampled);
}

TEST_CASE("of a later version what version 00 defines is taken") {
  CHECK(parse_traceparent("cc-" + kTrace + '-' + kParent + "-01"));
  CHECK(parse_traceparent("cc-" + kTrace + '-' + kParent + "-01-what-else"));
  CHECK_FALSE(parse_traceparent("cc-" + kTrace + '-' + kParent + "-01.what"));
}

TEST_CASE("what is no traceparent is ignored") {
  const std::string zeros(32, '0');
  for (const std::string& bad :
       {std::string(), std::string("00"), "00-" + kTrace + '-' + kParent,
        "00-" + kTrace + '-' + kParent + "-1", "00-" + kTrace + '-' + kParent + "-01-",
        "00-" + kTrace + '-' + kParent + "-01 ", "ff-" + kTrace + '-' + kParent + "-01",
        "0G-" + kTrace + '-' + kParent + "-01", "00-" + zeros + '-' + kParent + "-01",
        "00-" + kTrace + '-' + zeros.substr(16) + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",
        "00_" + kTrace + '_' + kParent + "_01", "00-" + kTrace + '-' + kParent + "-zz"})
    CHECK_FALSE(parse_traceparent(bad));
}

TEST_CASE("a span of ours goes on in the same trace, under its own id") {
  const auto context = parse_traceparent("00-" + kTrace + '-' + kParent + "-01").value();
  const std::string id = span_id({std::byte{0xab}, {}, {}, {}, {}, {}, {}, std::byte{0x07}});
  CHECK(id == "ab00000000000007");
  CHECK(traceparent(context, id) == "00-" + kTrace + "-ab00000000000007-01");
  CHECK(parse_traceparent(traceparent(context, span_id({}))));  // never all zeros
}
