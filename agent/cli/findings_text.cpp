#include "agent/cli/findings_text.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "agent/cli/connection_row.h"
#include "agent/cli/display.h"

namespace sockwarden {
namespace {

constexpr std::size_t usual_width = 80;

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? printable(found->get<std::string>()) : std::string();
}

const Json& object_at(const Json& json, const char* key) {
  static const Json none = Json::object();
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : none;
}

std::uint64_t number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// "04:10:11 UTC"
std::string clock_of(const std::string& time) {
  return time.size() >= 19 ? time.substr(0, 10) + " " + time.substr(11, 8) + " UTC" : time;
}

/// "orders (python3)"
std::string program(const Json& process) {
  const std::string service = text_at(process, "service"), comm = text_at(process, "comm");
  return service.empty() || service == comm ? comm : service + " (" + comm + ")";
}

std::string who(const Json& finding) {
  const Json& process = object_at(finding, "process");
  const Json& endpoint = object_at(finding, "endpoint");
  std::string text = program(process) + ", pid " + std::to_string(number_at(process, "pid"));
  const std::string role = text_at(endpoint, "role");
  const std::string protocol = text_at(endpoint, "protocol");
  const std::string remote = text_at(endpoint, "remote");
  const std::string local = text_at(endpoint, "local");
  if (!remote.empty()) text += ", " + role + " of " + remote;
  if (remote.empty() && !local.empty()) text += ", " + role + " on " + local;
  if (!protocol.empty()) text += " (" + protocol + ")";
  return text;
}

std::string labelled(const std::string& label, const std::string& text, std::size_t width) {
  if (text.empty()) return "";
  std::string lines = wrap(text, 9, width);
  lines.replace(2, label.size(), label);
  if (!lines.ends_with('\n')) lines += '\n';
  return lines;
}

/// Whether a frame is of a library below the program: without a source line, or of a package of Go's own, whose import
/// paths have no dot in their first element (https://go.dev/ref/mod#module-path).
bool is_below(const std::string& frame) {
  const auto space = frame.find(' ');
  if (space == std::string::npos || frame.find(':', space) == std::string::npos) return true;
  if (frame.find(".go:", space) == std::string::npos) return false;
  const std::string first = frame.substr(0, std::min(frame.find('/'), frame.find('.')));
  const bool has_domain = frame.find('/') != std::string::npos && frame.find('.') < frame.find('/');
  return first != "main" && !has_domain;
}

/// The frames from the first one of the program's own on; all of them where none is.
std::vector<std::string> own_frames(const Json& frames) {
  std::vector<std::string> all;
  for (const Json& frame : frames)
    if (frame.is_string()) all.push_back(frame.get<std::string>());
  const auto own = std::find_if_not(all.begin(), all.end(), is_below);
  return own == all.end() ? all : std::vector<std::string>(own, all.end());
}

std::string entry_text(const Json& finding, std::size_t width) {
  const bool active = text_at(finding, "state") == "active";
  std::string text = title_of(finding) + ": " + text_at(finding, "confidence") + ", " + text_at(finding, "severity");
  if (!active) text += ", resolved";
  const Json& muted = object_at(finding, "muted");
  if (!muted.empty()) text += ", muted";
  text += "\n" + labelled("What", text_at(finding, "summary"), width) + labelled("Who", who(finding), width);
  std::string since = clock_of(text_at(finding, "first_seen"));
  if (!active) since += ", resolved " + clock_of(text_at(finding, "resolved_at"));
  if (!muted.empty()) {
    const std::string until = clock_of(text_at(muted, "until"));
    text += labelled("Muted", text_at(muted, "reason") + (until.empty() ? "" : ", until " + until), width);
  }
  text += labelled("Since", since, width) + labelled("Proof", text_at(object_at(finding, "evidence"), "proof"), width);
  // Stacks that differ below the frames shown would read as the same one twice.
  std::set<std::string> told;
  if (const auto origin = finding.find("origin"); origin != finding.end() && origin->is_array()) {
    for (const Json& stack : *origin) {
      const auto frames = stack.find("frames");
      if (frames == stack.end() || !frames->is_array() || frames->empty()) continue;
      const std::vector<std::string> shown = own_frames(*frames);
      std::string names;
      for (std::size_t i = 0; i < std::min<std::size_t>(shown.size(), 4); ++i)
        names += (i == 0 ? "" : " < ") + printable(shown[i]);
      if (told.insert(names).second) text += labelled("Where", names, width);
    }
  }
  return text + labelled("Fix", text_at(finding, "advice"), width);
}

std::string sum_of(const Json& findings) {
  std::size_t proven = 0, resolved = 0, muted = 0;
  for (const Json& finding : findings) {
    proven += text_at(finding, "confidence") == "proven" ? 1 : 0;
    resolved += text_at(finding, "state") == "resolved" ? 1 : 0;
    muted += object_at(finding, "muted").empty() ? 0 : 1;
  }
  std::string text = std::to_string(findings.size()) + (findings.size() == 1 ? " finding" : " findings") + ", " +
                     std::to_string(proven) + " proven";
  if (resolved > 0) text += ", " + std::to_string(resolved) + " resolved";
  if (muted > 0) text += ", " + std::to_string(muted) + " muted";
  return text + ".\nMore on a class: sockwarden explain CLASS\n";
}

}  // namespace

std::string title_of(const Json& finding) {
  std::string title = text_at(finding, "class");
  for (const char* qualifier : {"phase", "cause", "type", "option"}) {
    if (const std::string text = text_at(finding, qualifier); !text.empty()) title += " (" + text + ")";
  }
  return title;
}

std::string waits_text(const Json& waits, std::size_t width) {
  std::string text;
  for (const Json& wait : waits) {
    if (text_at(wait, "verdict") != "unproven") continue;
    const auto waited = std::chrono::duration<double>(wait["waited_seconds"].get<double>());
    const std::uint64_t count = number_at(wait, "count");
    std::string line = "Note: " + text_at(wait, "comm") + ", pid " + std::to_string(number_at(wait, "pid")) + ", on " +
                       text_at(wait, "endpoint") + " (" + text_at(wait, "phase") + "): waiting " +
                       short_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(waited));
    if (count > 1) line += ", the longest of " + std::to_string(count);
    line += ", no limit seen, not proven: " + text_at(wait, "proof") + ".";
    text += wrap(line, 0, width == 0 ? usual_width : width) + "\n";
  }
  return text;
}

std::string findings_text(const Json& findings, std::size_t width) {
  if (!findings.is_array() || findings.empty()) return "No findings.\n";
  std::string text;
  for (const Json& finding : findings) text += entry_text(finding, width == 0 ? usual_width : width) + "\n";
  return text + sum_of(findings);
}

}  // namespace sockwarden
