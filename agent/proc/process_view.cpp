#include "agent/proc/process_view.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>

#include "agent/proc/process_facts.h"

namespace sockwarden {
namespace {

constexpr std::size_t most_descriptors = 65536;
/// Of the sets of all its threads: one thread with as many as a process may have by default on the largest hosts.
constexpr std::size_t most_polled = 65536;
constexpr std::size_t longest_descriptor_text = 32 << 20;

/// Calls `visit` with each number that names an entry, until it says stop.
void each_number(int directory, const char* path, const std::function<bool(std::uint32_t)>& visit) {
  OwnedFd folder(::openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* stream = ::fdopendir(folder.get());
  if (stream == nullptr) return;
  static_cast<void>(folder.release());  // the stream closes it
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    std::uint32_t number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec != std::errc{}) continue;
    if (!visit(number)) break;
  }
  ::closedir(stream);
}

/// "ID: 0\nsignal: 26/000055d0a0b0c0d0\nnotify: signal/pid.4242\nClockID: 1\n", a timer after the other.
bool has_timer_of_another(std::string_view timers, OwnSignals own) {
  constexpr std::string_view line = "signal: ";
  if (own != OwnSignals::interrupts) return !timers.empty();
  const std::string interrupt = std::to_string(SIGVTALRM) + "/";
  for (std::size_t at = timers.find(line); at != timers.npos; at = timers.find(line, at + 1))
    if (!timers.substr(at + line.size()).starts_with(interrupt)) return true;
  return false;
}

}  // namespace

ProcessView::ProcessView(std::uint32_t pid, std::uint64_t start_ticks, std::size_t thread_limit)
    : pid_(pid), directory_(open_process(pid)) {
  const auto stat = directory_ ? read_stat(directory_.get()) : std::nullopt;
  if (!stat || stat->state == 'Z' || (start_ticks != 0 && stat->start_ticks != start_ticks)) {
    failure_ = ViewFailure::gone;
    return;
  }
  if (foreign_word_size()) {
    failure_ = ViewFailure::foreign_word_size;
    return;
  }
  read_threads(thread_limit);
  // The handle stands for the process, but memory is read by number: it must still be the same one.
  if (failure_ == ViewFailure::none && !read_stat(directory_.get())) failure_ = ViewFailure::gone;
}

bool ProcessView::foreign_word_size() const {
  constexpr std::size_t class_at = 4;
  constexpr char class_64 = 2;
  const auto head = read_text_at(directory_.get(), "exe", class_at + 1);
  return sizeof(void*) == 8 && head && head->size() > class_at && (*head)[class_at] != class_64;
}

std::optional<SystemCall> ProcessView::call_of(std::uint32_t thread) const {
  const auto text = read_text_at(directory_.get(), ("task/" + std::to_string(thread) + "/syscall").c_str(), 512);
  return text ? parse_system_call(*text) : std::nullopt;
}

std::uint32_t ProcessView::own_number(std::uint32_t thread) const {
  const auto text = read_text_at(directory_.get(), ("task/" + std::to_string(thread) + "/status").c_str());
  return text ? parse_own_number(*text).value_or(0) : 0;
}

bool ProcessView::has_own_number(std::uint32_t number) const {
  bool has = false;
  each_number(directory_.get(), "task", [&](std::uint32_t id) {
    has = own_number(id) == number;
    return !has;
  });
  return has;
}

void ProcessView::read_threads(std::size_t thread_limit) {
  std::size_t room = most_polled;
  each_number(directory_.get(), "task", [&](std::uint32_t id) {
    ++thread_count_;
    if (threads_.size() >= thread_limit) return true;
    errno = 0;
    const auto call = call_of(id);
    if (call) {
      threads_.push_back({id, *call, interpret(*call, memory(), room)});
    } else if (errno == EACCES || errno == EPERM) {
      failure_ = ViewFailure::not_permitted;
      return false;
    } else if (errno == ENOENT && ::faccessat(directory_.get(), "syscall", F_OK, 0) != 0) {
      failure_ = ViewFailure::not_shown;
      return false;
    }
    return true;
  });
  if (threads_.empty() && failure_ == ViewFailure::none) failure_ = ViewFailure::gone;
}

DescriptorTarget ProcessView::target(std::uint32_t fd) {
  const auto known = targets_.find(fd);
  if (known != targets_.end()) return known->second;
  return targets_[fd] = parse_target(read_link_at(directory_.get(), ("fd/" + std::to_string(fd)).c_str()));
}

DescriptorText ProcessView::descriptor(std::uint32_t fd) const {
  const auto path = "fdinfo/" + std::to_string(fd);
  const auto text = read_text_at(directory_.get(), path.c_str(), longest_descriptor_text);
  return parse_descriptor(text.value_or(""));
}

bool ProcessView::refers_to(std::uint32_t fd, std::uint64_t socket_inode) {
  return target(fd) == DescriptorTarget{DescriptorTarget::Kind::socket, socket_inode};
}

std::size_t ProcessView::count_of(const DescriptorTarget& target) {
  std::size_t seen = 0, count = 0;
  each_number(directory_.get(), "fd", [&](std::uint32_t fd) {
    count += this->target(fd) == target ? 1 : 0;
    return ++seen < most_descriptors;
  });
  return count;
}

const std::vector<std::uint32_t>& ProcessView::epolls() {
  if (epolls_) return *epolls_;
  epolls_.emplace();
  std::size_t seen = 0;
  each_number(directory_.get(), "fd", [&](std::uint32_t fd) {
    if (target(fd).kind == DescriptorTarget::Kind::epoll) epolls_->push_back(fd);
    return ++seen < most_descriptors;
  });
  return *epolls_;
}

ProcessView::Watched& ProcessView::read_watched(std::uint32_t epoll) {
  const auto [known, added] = watched_.try_emplace(epoll);
  if (added) {
    known->second.entries = descriptor(epoll).watched;
    for (std::size_t at = 0; at < known->second.entries.size(); ++at) {
      known->second.by_fd.emplace(known->second.entries[at].fd, at);
    }
  }
  return known->second;
}

const std::vector<EpollEntry>& ProcessView::watched(std::uint32_t epoll) { return read_watched(epoll).entries; }

std::optional<EpollEntry> ProcessView::entry(std::uint32_t epoll, std::optional<std::uint32_t> fd,
                                             std::uint64_t inode) {
  const auto& all = read_watched(epoll);
  if (fd) {
    const auto [begin, end] = all.by_fd.equal_range(*fd);
    for (auto at = begin; at != end; ++at) {
      const auto& found = all.entries[at->second];
      if (inode == 0 || found.inode == 0 || found.inode == inode) return found;
    }
  }
  if (inode == 0) return std::nullopt;
  const auto found = std::find_if(all.entries.begin(), all.entries.end(),
                                  [&](const EpollEntry& candidate) { return candidate.inode == inode; });
  return found == all.entries.end() ? std::nullopt : std::optional<EpollEntry>(*found);
}

std::uint64_t ProcessView::anonymous_inode(std::uint32_t epoll) const {
  struct stat status {};
  return ::fstatat(directory_.get(), ("fd/" + std::to_string(epoll)).c_str(), &status, 0) == 0 ? status.st_ino : 0;
}

bool ProcessView::read_memory(std::uint64_t address, void* to, std::size_t size) const {
  const iovec here{to, size};
  const iovec there{reinterpret_cast<void*>(address), size};
  return ::process_vm_readv(static_cast<pid_t>(pid_), &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

std::vector<TargetPath> ProcessView::open_files(std::string_view suffix) const {
  std::vector<TargetPath> files;
  std::size_t seen = 0;
  each_number(directory_.get(), "fd", [&](std::uint32_t fd) {
    const std::string link = "fd/" + std::to_string(fd);
    if (read_link_at(directory_.get(), link.c_str()).ends_with(suffix))
      files.push_back({"/proc/" + std::to_string(pid_) + "/" + link, ""});
    return ++seen < most_descriptors;
  });
  return files;
}

bool ProcessView::unmoved() const {
  std::size_t count = 0;
  each_number(directory_.get(), "task", [&](std::uint32_t) { return ++count <= thread_count_; });
  return count == thread_count_ && std::all_of(threads_.begin(), threads_.end(),
                                               [&](const Thread& thread) { return call_of(thread.id) == thread.call; });
}

HiddenTimer ProcessView::hidden_timer(OwnSignals own) const {
  const auto timers = read_text_at(directory_.get(), "timers");
  if (timers && has_timer_of_another(*timers, own)) return HiddenTimer::posix;
  if (own != OwnSignals::none) return HiddenTimer::none;
  const auto status = read_text_at(directory_.get(), "status").value_or("");
  constexpr std::string_view name = "SigCgt:\t";
  const auto begin = status.find(name);
  std::uint64_t caught = 0;
  if (begin == status.npos) return HiddenTimer::unreadable_signals;
  std::from_chars(status.data() + begin + name.size(), status.data() + status.size(), caught, 16);
  const auto catches = [caught](int signal) { return (caught >> (signal - 1) & 1) != 0; };
  if (catches(SIGALRM)) return HiddenTimer::alarm;
  return catches(SIGVTALRM) ? HiddenTimer::interrupts : HiddenTimer::none;
}

const std::vector<std::uint32_t>& ProcessView::children() {
  if (children_) return *children_;
  constexpr std::size_t most = 64;
  auto& found = children_.emplace();
  for (std::size_t at = 0; at < std::min(threads_.size(), most); ++at) {
    const auto path = "task/" + std::to_string(threads_[at].id) + "/children";
    const auto text = read_text_at(directory_.get(), path.c_str());
    if (!text) break;  // not in this kernel
    const char* next = text->data();
    std::uint32_t child = 0;
    while (found.size() < most) {
      const auto result = std::from_chars(next, text->data() + text->size(), child);
      if (result.ec != std::errc{}) break;
      found.push_back(child);
      next = result.ptr + 1;
      if (next >= text->data() + text->size()) break;
    }
  }
  return found;
}

}  // namespace sockwarden
