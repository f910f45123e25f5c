#include "agent/proc/process_facts.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "agent/proc/cgroup_paths.h"
#include "agent/proc/process_facts_cache.h"
#include "tests/unit/proc/child_process.h"

using namespace sockwarden;
using sockwarden::test::ChildProcess;
using sockwarden::test::eventually;

TEST_CASE("a living process is described, its hostile name byte for byte") {
  const std::string hostile = "a) (\n\"\xff\xc3 b";
  const ChildProcess child([&] { ::prctl(PR_SET_NAME, hostile.c_str()); });
  REQUIRE(eventually([&] { return read_process_facts(child.pid())->comm == hostile; }));
  const auto facts = read_process_facts(child.pid());
  CHECK(facts->pid == child.pid());
  CHECK(facts->parent_pid == static_cast<std::uint32_t>(::getpid()));
  CHECK(facts->start_ticks > 0);
  CHECK(facts->exe == read_process_facts(::getpid())->exe);
  CHECK_FALSE(facts->exe.empty());
  CHECK_FALSE(facts->cmdline.empty());
  CHECK_FALSE(facts->cgroup.empty());
}

TEST_CASE("descriptors and their limit are counted as they are") {
  const ChildProcess child([] {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 321;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 0; fd < 321; ++fd) ::close(fd);
    for (int count = 0; count < 17; ++count) ::open("/", O_RDONLY);
  });
  CHECK(eventually([&] { return read_process_facts(child.pid())->descriptor_count == 17; }));
  CHECK(read_process_facts(child.pid())->descriptor_limit == 321);
}

TEST_CASE("a process that is gone has no facts") {
  ChildProcess child([] {});
  const auto pid = child.pid();
  child.end();
  CHECK_FALSE(read_process_facts(pid));
}

TEST_CASE("an exec is noticed although pid and start stay") {
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  const ChildProcess child([&] {
    ::prctl(PR_SET_NAME, "sleep");  // the name that the next program has, too
    ::close(gate[1]);
    char byte = 0;
    (void)!::read(gate[0], &byte, 1);
    ::execl("/bin/sleep", "sleep", "600", nullptr);
  });
  ::close(gate[0]);
  ProcessFactsCache cache;
  REQUIRE(eventually([&] { return cache.scan({child.pid()}).at(child.pid()).comm == "sleep"; }));
  const auto before = cache.scan({child.pid()}).at(child.pid());
  CHECK(before.cmdline == read_process_facts(::getpid())->cmdline);
  ::close(gate[1]);
  const std::vector<std::string> arguments{"sleep", "600"};
  REQUIRE(eventually([&] { return read_process_facts(child.pid())->cmdline == arguments; }));
  const auto after = cache.scan({child.pid()}).at(child.pid());
  CHECK(after.cmdline == arguments);
  CHECK(after.start_ticks == before.start_ticks);
  CHECK(after.exe != before.exe);
}

TEST_CASE("the cache sees descriptors move and forgets who is gone or unnamed") {
  ChildProcess child([] {});
  ProcessFactsCache cache;
  const auto self = static_cast<std::uint32_t>(::getpid());
  const auto before = cache.scan({self, child.pid()}).at(self).descriptor_count;
  CHECK(cache.size() == 2);
  const OwnedFd one(::open("/", O_RDONLY));
  CHECK(cache.scan({self, child.pid()}).at(self).descriptor_count == *before + 1);
  const auto pid = child.pid();
  child.end();
  const auto facts = cache.scan({self, pid});
  CHECK(facts.size() == 1);
  CHECK(cache.size() == 1);
  CHECK(cache.scan({}).empty());
  CHECK(cache.size() == 0);
}

TEST_CASE("a full cache still answers for everybody") {
  const ChildProcess child([] {});
  ProcessFactsCache cache(1);
  const auto self = static_cast<std::uint32_t>(::getpid());
  CHECK(cache.scan({self, child.pid()}).size() == 2);
  CHECK(cache.size() == 1);
}

TEST_CASE("a cgroup id names its path, an unknown id names nothing") {
  const auto mount = find_cgroup2_mount();
  if (!mount) {
    WARN("SKIPPED: no cgroup2 is mounted here");
    return;
  }
  struct stat status {};
  REQUIRE(::stat(mount->c_str(), &status) == 0);
  CgroupPaths paths(mount);
  CHECK(paths.path(status.st_ino) == "/");
  CHECK_FALSE(paths.path(0xffff'ffff'fff0));
  CHECK_FALSE(paths.path(0));
  const auto made = *mount + "/facts-test-" + std::to_string(::getpid());
  if (::mkdir(made.c_str(), 0755) != 0) {
    WARN("SKIPPED: no cgroup can be made here");
    return;
  }
  REQUIRE(::stat(made.c_str(), &status) == 0);
  CHECK(paths.path(status.st_ino) == made.substr(mount->size()));
  ::rmdir(made.c_str());
  CHECK(paths.path(status.st_ino) == made.substr(mount->size()));  // remembered for processes that are gone
}

TEST_CASE("without handles the mount is walked, and memory stays bounded") {
  // A plain directory tree refuses kernfs handles, as a kernel before 5.5 does for cgroups.
  const std::string root = "/tmp/cgroup-walk-" + std::to_string(::getpid());
  REQUIRE(::mkdir(root.c_str(), 0755) == 0);
  struct stat status {};
  for (int index = 0; index < 20; ++index) REQUIRE(::mkdir((root + "/" + std::to_string(index)).c_str(), 0755) == 0);
  REQUIRE(::stat((root + "/7").c_str(), &status) == 0);
  CHECK(CgroupPaths(root).path(status.st_ino) == "/7");
  CHECK_FALSE(CgroupPaths(root, 4).path(1));
  for (int index = 0; index < 20; ++index) ::rmdir((root + "/" + std::to_string(index)).c_str());
  ::rmdir(root.c_str());
}

TEST_CASE("the mount is walked once a scan, however many groups are asked for") {
  const std::string root = "/tmp/cgroup-scan-" + std::to_string(::getpid());
  REQUIRE(::mkdir(root.c_str(), 0755) == 0);
  REQUIRE(::mkdir((root + "/late").c_str(), 0755) == 0);
  struct stat status {};
  REQUIRE(::stat((root + "/late").c_str(), &status) == 0);
  CgroupPaths later(root);
  CHECK_FALSE(later.path(2));  // walks
  REQUIRE(::mkdir((root + "/later").c_str(), 0755) == 0);
  struct stat other {};
  REQUIRE(::stat((root + "/later").c_str(), &other) == 0);
  CHECK(later.path(status.st_ino) == "/late");
  CHECK_FALSE(later.path(other.st_ino));  // made after the walk
  later.begin_scan();
  struct stat third {};
  REQUIRE(::mkdir((root + "/third").c_str(), 0755) == 0);
  REQUIRE(::stat((root + "/third").c_str(), &third) == 0);
  CHECK(later.path(third.st_ino) == "/third");
  ::rmdir((root + "/third").c_str());
  ::rmdir((root + "/later").c_str());
  ::rmdir((root + "/late").c_str());
  ::rmdir(root.c_str());
}

TEST_CASE("no cgroup2 mount means no path") { CHECK_FALSE(CgroupPaths(std::nullopt).path(1)); }
