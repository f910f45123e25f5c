#include "agent/cli/complaint.h"

#include <iostream>

#include "agent/cli/display.h"

namespace sockwarden {

int complain(const std::string& sentence, int status) {
  std::cerr << "sockwarden: " << printable(sentence) << "\n";
  return status;
}

int complain(const Error& error, int status) { return complain(error.message(), status); }

}  // namespace sockwarden
