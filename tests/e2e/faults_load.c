/* faults-load KIND COUNT NAME: connections to a server of its own, by processes called NAME; prints how many were made.
 *   churn       one after the other         endpoints   each to an address of its own
 *   forks       each by a process of its own
 *   execs       each by the same process, which becomes another program image after each
 *   passing     each by one process, which passes it to another that closes it
 *   namespaces  each in a network namespace of its own */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int listen_on(struct sockaddr_in* address) {
  socklen_t size = sizeof(*address);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr*)address, size) || listen(listener, 4096)) fail("listen");
  if (getsockname(listener, (struct sockaddr*)address, &size)) fail("getsockname");
  return listener;
}

/* In a process of its own, so that what is counted as NAME's is the clients' alone. */
static pid_t serve(int listener) {
  const pid_t server = fork();
  if (server != 0) return server;
  prctl(PR_SET_NAME, "load-server");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char byte;
  for (int one; (one = accept(listener, NULL, NULL)) >= 0; close(one))
    while (read(one, &byte, 1) > 0) (void)!write(one, &byte, 1);
  _exit(0);
}

static int dial(const struct sockaddr_in* address) {
  const int one = socket(AF_INET, SOCK_STREAM, 0);
  char byte = 'x';
  if (connect(one, (const struct sockaddr*)address, sizeof(*address))) fail("connect");
  if (write(one, &byte, 1) != 1 || read(one, &byte, 1) != 1) fail("exchange");
  return one;
}

static void wait_for(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("a child");
}

static void pass(int channel, int one) {
  char byte = 'x', room[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &one, sizeof(int));
  if (sendmsg(channel, &message, 0) != 1) fail("sendmsg");
  close(one);
}

static void take_and_close(int channel) {
  prctl(PR_SET_NAME, "load-taker");
  while (1) {
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    if (recvmsg(channel, &message, 0) <= 0) _exit(0);
    int one = -1;
    memcpy(&one, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    close(one);
  }
}

static void dial_in_new_namespace(void) {
  if (unshare(CLONE_NEWNET)) fail("unshare");
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  if (ioctl(control, SIOCSIFFLAGS, &loopback)) fail("lo");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const pid_t server = serve(listen_on(&address));
  close(dial(&address));
  kill(server, SIGKILL);
}

int main(int count, char** words) {
  if (count < 4) return 2;
  const char* kind = words[1];
  const int number = atoi(words[2]);
  prctl(PR_SET_NAME, words[3]);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
  if (!strcmp(kind, "execs") && count > 4) {
    /* One of the chain: words[4] is the port, words[5] how many are made, words[6] how many are left. */
    const int made = atoi(words[5]) + 1, left = atoi(words[6]) - 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(words[4]));
    close(dial(&address));
    if (left == 0) return printf("%d\n", made) < 0;
    char made_text[16], left_text[16];
    snprintf(made_text, sizeof(made_text), "%d", made);
    snprintf(left_text, sizeof(left_text), "%d", left);
    execl("/proc/self/exe", words[0], kind, words[2], words[3], words[4], made_text, left_text, NULL);
    fail("exec");
  }
  const int listener = listen_on(&address);
  const pid_t server = serve(listener);
  close(listener);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int channel[2];
  pid_t taker = 0;
  if (!strcmp(kind, "passing")) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel)) fail("socketpair");
    if ((taker = fork()) == 0) {
      close(channel[0]);
      take_and_close(channel[1]);
    }
    close(channel[1]);
  }
  if (!strcmp(kind, "execs")) {
    char port[16];
    snprintf(port, sizeof(port), "%d", ntohs(address.sin_port));
    const pid_t chain = fork();
    if (chain == 0) execl("/proc/self/exe", words[0], kind, words[2], words[3], port, "0", words[2], NULL);
    wait_for(chain);
  }
  for (int i = 0; i < number && strcmp(kind, "execs"); ++i) {
    if (!strcmp(kind, "endpoints")) address.sin_addr.s_addr = htonl(0x7f010000U + (uint32_t)i + 1);
    if (!strcmp(kind, "forks") || !strcmp(kind, "namespaces")) {
      const pid_t child = fork();
      if (child == 0) {
        if (kind[0] == 'f') close(dial(&address));
        if (kind[0] == 'n') dial_in_new_namespace();
        _exit(0);
      }
      wait_for(child);
    } else if (taker != 0) {
      pass(channel[0], dial(&address));
    } else {
      close(dial(&address));
    }
  }
  if (taker != 0) {
    close(channel[0]);
    wait_for(taker);
  }
  kill(server, SIGKILL);
  if (strcmp(kind, "execs")) printf("%d\n", number);
  return 0;
}
