/* crowd KIND COUNT SECONDS: what many processes show of themselves.
 *   arguments  COUNT processes with 16,369 empty arguments, each with a listener
 *   names      processes whose names are markup, escape sequences, label syntax and no UTF-8, each with a connection
 *              that waits (COUNT is not used)
 *   waits      four processes that wait on COUNT silent connections each, to addresses of their own */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in server;

static int listen_anywhere(void) {
  socklen_t size = sizeof(server);
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  server.sin_family = AF_INET;
  if (bind(listener, (struct sockaddr*)&server, size) || listen(listener, 4096)) exit(1);
  getsockname(listener, (struct sockaddr*)&server, &size);
  return listener;
}

static int ask(uint32_t address) {
  const int one = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = server;
  to.sin_addr.s_addr = htonl(address);
  if (connect(one, (struct sockaddr*)&to, sizeof(to))) return -1;
  (void)!write(one, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
  return one;
}

static int is_child(void) {
  if (fork() != 0) return 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return 1;
}

static void wait_named(const char* name) {
  char byte;
  if (!is_child()) return;
  prctl(PR_SET_NAME, name);
  (void)!read(ask(INADDR_LOOPBACK), &byte, 1);
  _exit(0);
}

static void wait_for_many(int process, int count) {
  struct epoll_event event = {.events = EPOLLIN};
  if (!is_child()) return;
  prctl(PR_SET_NAME, "evilflood");
  const int set = epoll_create1(0);
  for (int i = 0; i < count; ++i)
    epoll_ctl(set, EPOLL_CTL_ADD, ask(0x7f100000U + (uint32_t)(process * 4096 + i + 1)), &event);
  epoll_wait(set, &event, 1, -1);
  _exit(0);
}

static void become_argumentative(void) {
  static char* words[16371];
  words[0] = "evil";
  for (int i = 1; i < 16370; ++i) words[i] = "";
  if (!is_child()) return;
  execv("/proc/self/exe", words);
  _exit(1);
}

int main(int count, char** words) {
  static const char* const names[] = {"a\nb\"c\\d",
                                      "</script><b>",
                                      "\x1b[31mred\x1b[0m",
                                      "\xff\xfe\xc0\x80",
                                      "{\"x\":1},[",
                                      "a} 1 2\nfoo 3",
                                      "<img src=x",
                                      "') (S 1 (",
                                      "\r\nX: y",
                                      "\t\x01\x02\x7f",
                                      "\xe2\x80\xae"
                                      "evil",
                                      "# HELP x\n#"};
  struct rlimit files = {20000, 20000};
  if (count > 10000) {
    listen_anywhere();
    return pause();
  }
  if (count < 4) return 2;
  setrlimit(RLIMIT_NOFILE, &files);
  const int listener = listen_anywhere();
  if (is_child())
    while (1)
      if (accept(listener, NULL, NULL) < 0) usleep(1000);
  const int number = atoi(words[2]);
  for (int i = 0; !strcmp(words[1], "arguments") && i < number; ++i) become_argumentative();
  for (size_t i = 0; !strcmp(words[1], "names") && i < sizeof(names) / sizeof(*names); ++i) wait_named(names[i]);
  for (int i = 0; !strcmp(words[1], "waits") && i < 4; ++i) wait_for_many(i, number);
  sleep((unsigned)atoi(words[3]));
  return 0;
}
