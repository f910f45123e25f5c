#include "agent/kernel/descriptor_plan.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sockwarden;

namespace {

constexpr std::uint32_t files = 1, server = 2, growing = 3;

sw_descriptor_counts counts(std::uint32_t of_files, std::uint32_t sockets = 0) {
  sw_descriptor_counts all{};
  all.count[SW_DESCRIPTOR_FILE] = of_files;
  all.count[SW_DESCRIPTOR_SOCKET] = sockets;
  return all;
}

/// One with many files, one with a socket, and one that opens a file between two scans.
struct Host {
  DescriptorPlan plan;
  DescriptorPlan::Counts found{{files, counts(6000)}, {server, counts(10, 1)}, {growing, counts(10)}};
  DescriptorPlan::Numbers numbers{{files, 6000}, {server, 11}, {growing, 10}};

  Host() {
    plan.found(found, numbers);
    numbers[growing] = 11;
  }
};

}  // namespace

TEST_CASE("what holds no TCP socket and has as many descriptors as before is not walked again") {
  Host host;
  REQUIRE(host.plan.wants_numbers());
  auto walk = host.plan.next(host.numbers, {});
  REQUIRE_FALSE(walk.all);
  std::sort(walk.pids.begin(), walk.pids.end());
  CHECK(walk.pids == std::vector{server, growing});
  REQUIRE(walk.resting.size() == 1);
  CHECK(walk.resting.at(files).count[SW_DESCRIPTOR_FILE] == 6000);
}

TEST_CASE("a process that used TCP, or is asked for in full, is always walked") {
  Host host;
  const auto walk = host.plan.next(host.numbers, {files});
  CHECK((walk.all || std::count(walk.pids.begin(), walk.pids.end(), files) == 1));
}

TEST_CASE("a new process is walked, and one that is gone is not told any more") {
  Host host;
  host.numbers.erase(files);
  host.numbers[9] = 6000;
  const auto walk = host.plan.next(host.numbers, {});
  CHECK((walk.all || std::count(walk.pids.begin(), walk.pids.end(), 9U) == 1));
  CHECK_FALSE(walk.resting.contains(files));
}

TEST_CASE("all are walked where too little would rest, and where the kernel tells no numbers") {
  Host host;
  DescriptorPlan::Numbers many = host.numbers;
  for (std::uint32_t pid = 100; pid < 200; ++pid) many[pid] = 5;  // a walk each, for 6,000 descriptors that rest
  CHECK(host.plan.next(many, {}).all);
  CHECK(host.plan.next({}, {}).all);
  DescriptorPlan small;
  small.found({{files, counts(20)}}, {{files, 20}});
  CHECK_FALSE(small.wants_numbers());
}

TEST_CASE("a number that was not known at the last walk lets nobody rest") {
  Host host;
  host.plan.found(host.found, {});
  CHECK(host.plan.next(host.numbers, {}).all);
}

TEST_CASE("every twelfth scan walks all, so that what was exchanged one for one is found") {
  Host host;
  int whole = 0;
  for (std::uint32_t scan = 1; scan <= DescriptorPlan::scans_between_whole_passes; ++scan) {
    const auto walk = host.plan.next(host.numbers, {});
    whole += walk.all ? 1 : 0;
    host.plan.found(host.found, host.numbers);
  }
  CHECK(whole == 1);
}
