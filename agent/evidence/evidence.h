// Whether anything will ever end a wait: the question, and the answer in facts and in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/detect/finding.h"
#include "agent/model/model.h"

namespace sockwarden {

enum class WaitDirection {
  receive,
  send,
  connect,
  work,  ///< the peer has done its part: will the process itself go on?
};

using SocketInodes = std::unordered_set<std::uint64_t>;

/// A connection that already waits too long, as the sample that noticed it saw it.
struct EvidenceQuestion {
  std::uint64_t connection = 0;  ///< identity, handed back
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< of that pid; 0 = do not check
  std::optional<std::uint32_t> fd;
  std::uint64_t inode = 0;  ///< of the socket; 0 = unknown
  Role role = Role::unknown;
  std::string protocol;
  WaitDirection direction = WaitDirection::receive;
  std::uint32_t worker = 0;  ///< thread that last received from it; 0 = unknown
  std::chrono::nanoseconds waited{};
  std::chrono::nanoseconds receive_timeout{};  ///< SO_RCVTIMEO, 0 = none
  std::chrono::nanoseconds send_timeout{};     ///< SO_SNDTIMEO, 0 = none
  bool keep_alive = false;
  std::chrono::milliseconds user_timeout{};  ///< TCP_USER_TIMEOUT, 0 = none
  std::vector<std::uint32_t> holders;        ///< other processes known to hold a descriptor of it
  /// Does the process wait for anything besides these, its own among them? Null = it is not asked.
  std::shared_ptr<const SocketInodes> besides;
};

enum class Verdict {
  unknown,        ///< no evidence; the sentence says why
  timer_pending,  ///< something in the process may end the wait: not proven
  finite,         ///< a timeout exists for this very wait
  infinite,       ///< proven: only the peer, a signal or TCP itself ends the wait
};
[[nodiscard]] const char* name_of(Verdict verdict);

struct Evidence {
  std::uint64_t connection = 0;
  Verdict verdict = Verdict::unknown;
  std::optional<std::chrono::nanoseconds> timeout;  ///< of `finite`: how long the program waits in all, if known
  /// Of `timer_pending`: the time limit that the thread which waits for the connection shows, if any. One that the wait
  /// has outlived (waited much longer) only wakes the program now and then.
  std::optional<std::chrono::nanoseconds> shown_timeout;
  /// Of `infinite`: the process waits for nothing besides.
  bool sole = false;
  std::string sentence;                        ///< "thread 4312 is blocked in recvfrom on fd 7, SO_RCVTIMEO unset"
  std::vector<std::string> notes;              ///< what else a reader should know, a sentence each
  std::map<std::string, EvidenceValue> facts;  ///< as they go into a finding's `evidence`
};

/// The question for a connection of the Model; nothing where its process is not known.
[[nodiscard]] std::optional<EvidenceQuestion> question_of(const Model& model, const Connection& connection,
                                                          WaitDirection direction, std::chrono::nanoseconds waited);

}  // namespace sockwarden
