#include "agent/cli/command_line.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace sockwarden;

namespace {

/// What a command line printed and returned.
struct Outcome {
  int status = 0;
  std::string out, err;
};

std::vector<Command> greeting() {
  return {{"greet", "Say hello", "  sockwarden greet --name you\n", [](CLI::App& app) -> std::function<int()> {
             const auto name = std::make_shared<std::string>("world");
             app.add_option("--name", *name, "whom");
             return [name] {
               std::cout << "hello " << *name << "\n";
               return 7;
             };
           }}};
}

Outcome run(const std::vector<std::string>& arguments) {
  std::stringstream out, err;
  auto* const old_out = std::cout.rdbuf(out.rdbuf());
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  const int status = run_command_line(arguments, greeting());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {status, out.str(), err.str()};
}

bool is_one_sentence(const std::string& text) {
  return text.starts_with("sockwarden: ") && std::count(text.begin(), text.end(), '\n') == 1;
}

}  // namespace

TEST_CASE("a command gets its flags, and its status is the exit status") {
  const Outcome outcome = run({"greet", "--name", "you"});
  CHECK(outcome.status == 7);
  CHECK(outcome.out == "hello you\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("help begins with what it is and examples, and is no error") {
  const Outcome outcome = run({"--help"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("sockwarden greet --name you") < outcome.out.find("--version"));
  CHECK(outcome.out.find("Say hello") != std::string::npos);
  const Outcome command = run({"greet", "--help"});
  CHECK(command.status == 0);
  CHECK(command.out.find("sockwarden greet --name you") < command.out.find("whom"));
}

TEST_CASE("the version is printed") {
  const Outcome outcome = run({"--version"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("sockwarden "));
}

TEST_CASE("a wrong command line is one sentence that names the word, and status 2") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{}, "no command is given"},
      {{"gret"}, "unknown command \"gret\"; did you mean \"greet\"?"},
      {{"--versoin"}, "unknown flag --versoin; did you mean --version?"},
      {{"greet", "--nam", "x"}, "unknown flag --nam; did you mean --name?"},
      {{"greet", "--nam=x"}, "unknown flag --nam; did you mean --name?"},
      {{"greet", "--zzzzzzzz"}, "unknown flag --zzzzzzzz; see sockwarden greet --help"},
      {{"greet", "you"}, "unexpected argument \"you\""},
      {{"greet", "--name"}, "--name"},
  };
  for (const auto& [arguments, sentence] : cases) {
    const Outcome outcome = run(arguments);
    CAPTURE(outcome.err, sentence);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(is_one_sentence(outcome.err));
    CHECK(outcome.err.find(sentence) != std::string::npos);
  }
}

TEST_CASE("--describe says as data what --help says") {
  const Outcome described = run({"--describe"});
  CHECK(described.status == 0);
  const auto command = nlohmann::json::parse(described.out).at("commands").at(0);
  CHECK(command.at("name") == "greet");
  CHECK(command.at("summary") == "Say hello");
  const auto options = command.at("options");
  REQUIRE(options.size() == 2);
  CHECK(options.at(0).at("names") == nlohmann::json({"--help", "-h"}));
  CHECK(options.at(0).at("takes_value") == false);
  CHECK(options.at(1).at("names") == nlohmann::json({"--name"}));
  CHECK(options.at(1).at("takes_value") == true);
  CHECK(options.at(1).at("help") == "whom");
  CHECK(run({"--help"}).out.find("describe") == std::string::npos);
}
