#include "agent/runtimes/family.h"

#include <array>

#include "agent/runtimes/jvm.h"
#include "agent/runtimes/python.h"
#include "agent/runtimes/ruby.h"

namespace sockwarden {
namespace {

struct Sign {
  std::string_view symbol, name;
};

/// The first that shows is the program's: programs in it may embed one further down.
constexpr std::array languages{
    Sign{"napi_module_register", "node"},
    Sign{JvmRuntime::symbol, "java"},
    Sign{"coreclr_initialize", "dotnet"},
    Sign{"DotNetRuntimeInfo", "dotnet"},  // of a program in one file
    Sign{"mono_jit_init", "dotnet"},
    Sign{"php_module_startup", "php"},
    Sign{RubyRuntime::symbol, "ruby"},
    Sign{PythonRuntime::symbol, "python"},
    // Languages in whose words nothing is written.
    Sign{"perl_parse", ""},
    Sign{"lua_newstate", ""},
    Sign{"Tcl_CreateInterp", ""},
    Sign{"enif_alloc", ""},  // Erlang
    Sign{"scm_init_guile", ""},
    Sign{"Rf_initEmbeddedR", ""},
    Sign{"jl_init", ""},
};

constexpr std::array libraries{
    Sign{"curl_easy_perform", "libcurl"},
    Sign{"PQconnectPoll", "libpq"},
    Sign{"mysql_real_connect", "libmysqlclient"},
    Sign{"redisCommand", "hiredis"},
};

}  // namespace

std::vector<std::string_view> family_symbols() {
  std::vector<std::string_view> symbols;
  for (const Sign& sign : languages) symbols.push_back(sign.symbol);
  for (const Sign& sign : libraries) symbols.push_back(sign.symbol);
  return symbols;
}

ProgramFamily family_of(const std::set<std::string_view>& exported) {
  ProgramFamily family{.language = "native", .libraries = {}};
  for (const Sign& sign : languages) {
    if (!exported.contains(sign.symbol)) continue;
    family.language = sign.name;
    break;
  }
  for (const Sign& sign : libraries)
    if (exported.contains(sign.symbol)) family.libraries.emplace(sign.name);
  return family;
}

}  // namespace sockwarden
