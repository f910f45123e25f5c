#include "agent/reader/codec.h"

#include "agent/reader/json_text.h"

namespace sockwarden {
namespace {

constexpr std::size_t most_frames = 256;

std::vector<std::string> frames_of(const Json& json) {
  std::vector<std::string> frames;
  for (const Json& frame : json) frames.push_back(bounded_text(frame));
  return frames;
}

}  // namespace

std::string encode(const StackQuestion& question) {
  return text_of({{"pid", question.pid},
                  {"start_ticks", question.start_ticks},
                  {"stack", question.stack},
                  {"addresses", question.addresses}});
}

std::string encode(const StackNames& names) { return text_of({{"frames", names.frames}, {"failure", names.failure}}); }

std::string encode(const FamilyQuestion& question) {
  return text_of({{"family_of", question.pid}, {"start_ticks", question.start_ticks}});
}

std::string encode(const ProgramFamily& family) {
  return text_of({{"language", family.language}, {"libraries", family.libraries}});
}

std::optional<FamilyQuestion> decode_family_question(std::string_view text) {
  return read_json(text, [](const Json& json) {
    return FamilyQuestion{.process = 0,
                          .pid = json.at("family_of").get<std::uint32_t>(),
                          .start_ticks = json.at("start_ticks").get<std::uint64_t>()};
  });
}

std::optional<ProgramFamily> decode_family(std::string_view text) {
  return read_json(text, [](const Json& json) {
    constexpr std::size_t most_libraries = 64;
    ProgramFamily family{.language = bounded_text(json.at("language")), .libraries = {}};
    for (const Json& library : json.at("libraries"))
      if (family.libraries.size() < most_libraries) family.libraries.insert(bounded_text(library));
    return family;
  });
}

std::optional<StackQuestion> decode_stack_question(std::string_view text) {
  auto question = read_json(text, [](const Json& json) {
    return StackQuestion{.pid = json.at("pid").get<std::uint32_t>(),
                         .start_ticks = json.at("start_ticks").get<std::uint64_t>(),
                         .stack = json.at("stack").get<std::uint32_t>(),
                         .addresses = json.at("addresses").get<std::vector<std::uint64_t>>()};
  });
  if (question && question->addresses.size() > most_frames) question.reset();
  return question;
}

std::optional<StackNames> decode_stack_names(std::string_view text, const StackQuestion& question) {
  auto names = read_json(text, [&](const Json& json) {
    return StackNames{.pid = question.pid,
                      .stack = question.stack,
                      .frames = frames_of(json.at("frames")),
                      .failure = bounded_text(json.at("failure"))};
  });
  if (!names || names->frames.size() > question.addresses.size()) return std::nullopt;
  return names;
}

std::string encode_greeting(const std::string& failure) { return text_of({{"failure", failure}}); }

std::optional<std::string> decode_greeting(std::string_view text) {
  return read_json(text, [](const Json& json) { return bounded_text(json.at("failure")); });
}

}  // namespace sockwarden
