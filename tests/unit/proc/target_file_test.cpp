#include "agent/proc/target_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace sockwarden;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sockwarden-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a regular file is opened, by its path from a base") {
  const Folder folder;
  std::filesystem::create_directory(folder / "lib");
  std::ofstream(folder / "lib/a b.so") << "text";
  CHECK(open_regular({folder / "lib/a b.so", ""}));
  const OwnedFd file = open_regular({folder.path(), "/lib/a b.so"});
  REQUIRE(file);
  CHECK(state_of(file).bytes == 4);
  CHECK(open_regular({"/proc/self/exe", ""}));
}

TEST_CASE("nothing is opened that is no regular file, and a FIFO without a writer holds nobody up") {
  const Folder folder;
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(open_regular({folder / "fifo", ""}));
  CHECK_FALSE(open_regular({folder.path(), "/fifo"}));
  CHECK_FALSE(open_regular({folder.path(), ""}));
  CHECK_FALSE(open_regular({"/dev/null", ""}));
  CHECK_FALSE(open_regular({folder / "none", ""}));
}

TEST_CASE("below the base no link is followed, and no way leads up") {
  const Folder folder;
  std::filesystem::create_directory(folder / "root");
  std::ofstream(folder / "secret") << "text";
  std::ofstream(folder / "root/own") << "text";
  std::filesystem::create_symlink(folder / "secret", folder / "root/absolute");
  std::filesystem::create_symlink("../secret", folder / "root/relative");
  std::filesystem::create_symlink("..", folder / "root/up");
  for (const std::string path : {"/absolute", "/relative", "/up/secret", "/../secret", "/own/.."})
    CHECK_FALSE(open_regular({folder / "root", path}));
  CHECK(open_regular({folder / "root", "/own"}));
}

TEST_CASE("a file that is written to is in another state") {
  const Folder folder;
  std::ofstream(folder / "file") << "text";
  const auto before = state_of(open_regular({folder / "file", ""}));
  CHECK(before == state_of(open_regular({folder / "file", ""})));
  std::ofstream(folder / "file") << "longer text";
  CHECK(before != state_of(open_regular({folder / "file", ""})));
}
