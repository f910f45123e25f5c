// What of a process is told to whom.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/model/model.h"
#include "agent/publish/redaction.h"

namespace sockwarden {

/// Who sent a request.
struct Asker {
  bool identified = false;           ///< by a password or a certificate
  std::optional<std::uint32_t> uid;  ///< of the client's socket; empty: not on this host
};

class Disclosure {
 public:
  /// `proc_hides`: /proc is mounted so that other users' processes are not seen at all.
  explicit Disclosure(const Config::Api& config, bool proc_hides);

  [[nodiscard]] std::vector<std::string> command_line(const Process& process, const Asker& asker) const;

  /// False: no more than /proc tells anybody. That leaves out the executable's path, numbers of descriptors, and what
  /// was read of the process itself: frames of its stacks, words of its evidence.
  [[nodiscard]] bool tells_all(const Process& process, const Asker& asker) const;

 private:
  Config::Api config_;
  Redaction redact_;
  bool proc_hides_;
};

/// One answer's. Without a disclosure all is told: to who runs the command himself.
struct View {
  std::shared_ptr<const Disclosure> disclosure;
  Asker asker;

  [[nodiscard]] std::vector<std::string> command_line(const Process& process) const {
    return disclosure ? disclosure->command_line(process, asker) : process.facts.cmdline;
  }
  [[nodiscard]] bool tells_all(const Process& process) const {
    return !disclosure || disclosure->tells_all(process, asker);
  }
};

/// Whether /proc is mounted with hidepid.
[[nodiscard]] bool proc_hides_processes();

}  // namespace sockwarden
