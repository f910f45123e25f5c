#include "agent/cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/cli/display.h"
#include "agent/cli/line_writer.h"

namespace sockwarden {
namespace {

/// The message as a JSON string, whatever bytes it holds: in ASCII, so that a terminal obeys none of them.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const nlohmann::json text(std::string(message.payload.data(), message.payload.size()));
    const std::string quoted = text.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

class PrintableMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string text = printable({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PrintableMessage>();
  }
};

/// For as long as the process lives.
LineWriter& standard_error() {
  static LineWriter writer(STDERR_FILENO);
  return writer;
}

class Sink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    standard_error().put(std::string(text.data(), text.size()));
  }
  void flush_() override {}
};

}  // namespace

bool logs_json(const Config::Log& config) {
  if (config.format == LogFormat::automatic) return isatty(STDERR_FILENO) != 1;
  return config.format == LogFormat::json;
}

std::unique_ptr<spdlog::formatter> log_layout(bool json) {
  const auto zone = json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local;
  auto layout = std::make_unique<spdlog::pattern_formatter>(zone);
  if (json) {
    layout->add_flag<JsonMessage>('*').set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  } else {
    layout->add_flag<PrintableMessage>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %*");
  }
  return layout;
}

std::uint64_t log_lines_dropped() { return standard_error().dropped(); }

void open_log(const Config::Log& config) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<Sink>());
  logger->set_formatter(log_layout(logs_json(config)));
  logger->set_level(spdlog::level::from_str(config.level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace sockwarden
