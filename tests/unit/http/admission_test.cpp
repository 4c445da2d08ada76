#include "api/http/admission.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace webhooks::http;
using Verdict = Admission::Verdict;

TEST_CASE("places are counted in all and given back") {
  Admission admission(2, 10);
  auto first = admission.enter("192.0.2.1");
  const auto second = admission.enter("192.0.2.2");
  CHECK(first.verdict == Verdict::admitted);
  CHECK(second.verdict == Verdict::admitted);
  CHECK(admission.enter("192.0.2.3").verdict == Verdict::refused);
  first.slot.reset();
  CHECK(admission.connections() == 1);
  CHECK(admission.enter("192.0.2.3").verdict == Verdict::admitted);
}

TEST_CASE("places are counted per address, and per /64 in IPv6") {
  Admission admission(100, 1);
  const auto four = admission.enter("192.0.2.1");
  const auto six = admission.enter("2001:db8:1:2::1");
  CHECK(admission.enter("192.0.2.1").verdict == Verdict::refused);
  CHECK(admission.enter("192.0.2.2").verdict == Verdict::admitted);
  CHECK(admission.enter("2001:db8:1:2:ffff::9").verdict == Verdict::refused);
  CHECK(admission.enter("2001:db8:1:3::1").verdict == Verdict::admitted);
}

TEST_CASE("only so many are told at once that there is no place") {
  Admission admission(0, 1);
  std::vector<Admission::Answer> told;
  for (int i = 0; i < 64; ++i) told.push_back(admission.enter("192.0.2.1"));
  CHECK(told.back().verdict == Verdict::refused);
  CHECK(admission.enter("192.0.2.1").verdict == Verdict::dropped);
  told.pop_back();
  CHECK(admission.enter("192.0.2.1").verdict == Verdict::refused);
}

TEST_CASE("a slot may outlive the admission") {
  Admission::Answer answer;
  {
    Admission admission(1, 1);
    answer = admission.enter("192.0.2.1");
  }
  answer.slot.reset();
}
