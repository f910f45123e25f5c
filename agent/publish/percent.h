// Percent-encoding of paths and query values (RFC 3986, 2.1).
#pragma once

#include <cstddef>

namespace sockwarden {

/// Decodes in place; the new length. A NUL would end the text early, so that another address is served than was asked
/// for: %00 stays as it is written, and so does what is no encoding.
std::size_t percent_decode(char* text);

}  // namespace sockwarden
