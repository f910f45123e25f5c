/* the library whose debug sections are hostile: its frame is the innermost of a stack that the agent names */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
__attribute__((noinline)) int evil_connect(int port) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  /* direct system call so that the innermost frame is in this file */
  long r;
  register long rax __asm__("rax") = 42;
  register long rdi __asm__("rdi") = s;
  register void* rsi __asm__("rsi") = &a;
  register long rdx __asm__("rdx") = sizeof a;
  __asm__ volatile("syscall" : "+r"(rax) : "r"(rdi), "r"(rsi), "r"(rdx) : "rcx", "r11", "memory");
  r = rax;
  (void)r;
  const char q[] = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
  if (write(s, q, sizeof q - 1) < 0) return -1;
  return s;
}
