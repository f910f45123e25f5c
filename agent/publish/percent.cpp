#include "agent/publish/percent.h"

namespace sockwarden {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// 0: nothing that is decoded stands here.
char encoded_at(const char* text) {
  if (text[0] != '%') return 0;
  const int high = digit(text[1]);
  const int low = high < 0 ? -1 : digit(text[2]);
  return low < 0 ? 0 : static_cast<char>(high * 16 + low);
}

}  // namespace

std::size_t percent_decode(char* text) {
  char* end = text;
  for (const char* at = text; *at != '\0';) {
    const char decoded = encoded_at(at);
    *end++ = decoded != 0 ? decoded : *at;
    at += decoded != 0 ? 3 : 1;
  }
  *end = '\0';
  return static_cast<std::size_t>(end - text);
}

}  // namespace sockwarden
