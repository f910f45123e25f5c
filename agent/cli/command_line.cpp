#include "agent/cli/command_line.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "agent/cli/complaint.h"
#include "agent/cli/description.h"
#include "agent/config/nearest.h"
#include "agent/contract/build_info.h"

namespace sockwarden {
namespace {

constexpr const char* about =
    "sockwarden watches the TCP connections and descriptors of every process on this host,\n"
    "and says which program mishandles them.";

std::string with_examples(const std::string& summary, const std::vector<const Command*>& shown) {
  std::string text = summary + "\n\nExamples:\n";
  for (const Command* command : shown) text += command->examples;
  text.pop_back();
  return text;
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known, const std::string& help) {
  if (const auto meant = nearest(word, known)) return "did you mean " + *meant + "?";
  return "see " + help;
}

int unexpected(const CLI::App& app, const std::string& word, const std::string& help) {
  if (word.starts_with("-")) {
    const std::string flag = word.substr(0, word.find('='));
    return complain("unknown flag " + flag + "; " + did_you_mean(flag, flags_of(app), help), exit_usage);
  }
  return complain("unexpected argument \"" + word + "\"; see " + help, exit_usage);
}

int unknown_command(const std::string& word, const std::vector<Command>& known) {
  std::vector<std::string> names;
  for (const Command& command : known) {
    if (!command.examples.empty()) names.push_back(command.name);
  }
  return complain("unknown command \"" + word + "\"; " + suggestion(word, names), exit_usage);
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, const std::vector<Command>& known) {
  CLI::App app("", "sockwarden");
  std::vector<const Command*> all;
  for (const Command& command : known) all.push_back(&command);
  app.description(with_examples(about, all));
  app.set_version_flag("--version", std::string("sockwarden ") + this_build().version, "print the version");
  app.set_help_flag("--help,-h", "print this help");
  const CLI::Option* const describe = app.add_flag("--describe")->group("");  // hidden: for the build of the pages
  app.get_formatter()->column_width(34);
  app.allow_extras();

  std::map<const CLI::App*, std::function<int()>> actions;
  for (const Command& command : known) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->set_help_flag("--help,-h", "print this help");
    sub->allow_extras();
    actions[sub] = command.declare(*sub);
  }

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) {
      std::cout << app.help();
      return exit_good;
    }
    for (const Command& command : known) {
      if (command.name == chosen.front()->get_name())
        chosen.front()->description(with_examples(command.summary, {&command}));
    }
    std::cout << app.help();
    return exit_good;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return exit_good;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string help =
        chosen.empty() ? "sockwarden --help" : "sockwarden " + chosen.front()->get_name() + " --help";
    return complain(std::string(error.what()) + "; see " + help, exit_usage);
  }

  if (describe->count() > 0) {
    std::cout << text_of(description(app, known)) << "\n";
    return exit_good;
  }
  const auto chosen = app.get_subcommands();
  const std::vector<std::string> extras = app.remaining(false);
  if (chosen.empty()) {
    if (extras.empty()) return complain("no command is given; see sockwarden --help", exit_usage);
    if (extras.front().starts_with("-")) return unexpected(app, extras.front(), "sockwarden --help");
    return unknown_command(extras.front(), known);
  }
  const CLI::App* sub = chosen.front();
  const std::string help = "sockwarden " + sub->get_name() + " --help";
  if (!extras.empty()) return unexpected(app, extras.front(), "sockwarden --help");
  if (chosen.size() > 1) return complain("two commands are given; see sockwarden --help", exit_usage);
  auto left = sub->remaining(false);
  std::erase(left, "--");
  if (!left.empty()) return unexpected(*sub, left.front(), help);
  return actions.at(sub)();
}

}  // namespace sockwarden
