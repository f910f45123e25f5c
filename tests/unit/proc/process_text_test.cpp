#include "agent/proc/process_text.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace sockwarden;
using namespace std::string_literals;

namespace {

std::string stat_of(const std::string& comm) {
  return "42 (" + comm +
         ") S 7 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 98765 1000 200 18446744073709551615 11 12 13 0 0 " +
         "0 0 0 0 0 0 0 17 0 0 0 0 0 0 21 22 23 24 25 26 0\n";
}

}  // namespace

TEST_CASE("a name with parentheses, spaces, newlines and broken UTF-8 is kept as it is") {
  const std::string hostile = ") S 1 (\n\"\xff\xfe' ";
  const auto stat = parse_stat(stat_of(hostile));
  REQUIRE(stat);
  CHECK(stat->comm == hostile);
  CHECK(stat->parent_pid == 7);
  CHECK(stat->start_ticks == 98765);
  CHECK(stat->state == 'S');
}

TEST_CASE("an image key depends on where code, stack and arguments lie") {
  auto other = stat_of("a");
  other.replace(other.find(" 24 "), 4, " 99 ");
  CHECK(parse_stat(stat_of("a"))->image == parse_stat(stat_of("a"))->image);
  CHECK(parse_stat(stat_of("a"))->image != parse_stat(other)->image);
}

TEST_CASE("a truncated or foreign stat text is no process") {
  CHECK_FALSE(parse_stat(""));
  CHECK_FALSE(parse_stat("42 (a"));
  CHECK_FALSE(parse_stat("42 (a) S 7 42"));
  CHECK_FALSE(parse_stat(")("));
}

TEST_CASE("arguments are split at NULs and may be empty") {
  CHECK(parse_cmdline(std::string("a\0\0b c\0", 7)) == std::vector<std::string>{"a", "", "b c"});
  CHECK(parse_cmdline("").empty());
  CHECK(parse_cmdline(std::string("title\0\0\0\0", 9)) == std::vector<std::string>{"title"});
  CHECK(parse_cmdline(std::string("\0\0", 2)) == std::vector<std::string>{""});
}

TEST_CASE("arguments are bounded by their number, by their length and in all, and what is left out shows") {
  std::string many = "program";
  many.append(16'000, '\0');
  many += "end";
  const auto empty = parse_cmdline(many);
  CHECK(empty.size() == most_arguments + 1);
  CHECK(empty.front() == "program");
  CHECK(empty.back() == "…");

  const auto path = parse_cmdline("java\0-cp\0"s + std::string(9'000, 'x') + "\0Main\0"s);
  REQUIRE(path.size() == 4);
  CHECK(path[2] == std::string(longest_argument, 'x') + "…");
  CHECK(path[3] == "Main");

  std::string great;
  for (int i = 0; i < 10; ++i) great += std::string(1'000, 'y') + '\0';
  CHECK(parse_cmdline(great).size() == 5);
  CHECK(parse_cmdline(great).back() == "…");
}

TEST_CASE("a task's own number is the innermost of its namespaces") {
  CHECK(parse_own_number("Name:\tx\nNSpid:\t4312\nNSpgid:\t1\n") == 4312);
  CHECK(parse_own_number("NSpid:\t4312\t17\t3\n") == 3);
  CHECK_FALSE(parse_own_number("Name:\tNSpid\nPid:\t3\n"));
}

TEST_CASE("the soft limit of open files is the first number of its line") {
  CHECK(parse_descriptor_limit(
            "Max processes 1 2 x\nMax open files            1024                 524288    files\n") == 1024);
  CHECK(parse_descriptor_limit("Max open files            unlimited            unlimited            files\n") ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(parse_descriptor_limit("Max processes 1 2 x\n"));
  CHECK_FALSE(parse_descriptor_limit("Max open files"));
}

TEST_CASE("the cgroup2 path is preferred, and v1's hierarchies stand in for a bare root") {
  CHECK(parse_cgroup("0::/system.slice/a.service\n") == "/system.slice/a.service");
  CHECK(parse_cgroup("1:name=systemd:/x\n0::/y\n") == "/y");
  CHECK(parse_cgroup("4:memory:/m\n1:name=systemd:/system.slice/b.service\n0::/\n") == "/system.slice/b.service");
  CHECK(parse_cgroup("1:name=systemd:/only-v1\n") == "/only-v1");
  CHECK(parse_cgroup("13:pids:/docker/a\n12:cpuset:/docker\n1:name=openrc:/docker\n") == "/docker/a");
  CHECK(parse_cgroup("13:pids:/docker/a\n1:name=systemd:/\n0::/\n") == "/docker/a");
  CHECK(parse_cgroup("0::/\n") == "/");
  CHECK(parse_cgroup("0::/a:b\n") == "/a:b");
  CHECK(parse_cgroup("0::/gone (deleted)\n") == "/gone");
  CHECK(parse_cgroup("").empty());
}

TEST_CASE("the cgroup2 mount is found by its type, its escapes undone") {
  CHECK(parse_cgroup2_mount("24 1 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n") ==
        "/sys/fs/cgroup");
  CHECK(parse_cgroup2_mount("37 31 0:34 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                            "41 31 0:38 / /odd\\040place rw - cgroup2 none rw\n") == "/odd place");
  CHECK(parse_cgroup2_mount("41 31 0:38 /part /a rw - cgroup2 none rw\n42 31 0:38 / /b rw - cgroup2 none rw\n") ==
        "/b");
  CHECK_FALSE(parse_cgroup2_mount("37 31 0:34 / /cgroup2 rw - tmpfs cgroup2 rw\n"));
}
