// Makes an agent that looks for libuv timers in this process open() a FIFO and stay there: open-blocks-on-fifo
// [SECONDS=3]
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
static char loop[4096] __attribute__((aligned(16))), timer[256] __attribute__((aligned(16)));
#define P64(b, o, v) (*(uint64_t*)((b) + (o)) = (uint64_t)(v))
#define P32(b, o, v) (*(uint32_t*)((b) + (o)) = (uint32_t)(v))
int main(int c, char** v) {
  double secs = c > 1 ? atof(v[1]) : 3;
  prctl(PR_SET_NAME, "evilfifo");
  char dir[200];
  snprintf(dir, sizeof dir, "%s/XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
  if (!mkdtemp(dir) || chdir(dir)) {
    perror(dir);
    return 1;
  }
  int f = open("a\nb", O_CREAT | O_RDWR, 0644);
  ftruncate(f, 4096);
  char* m = mmap(0, 4096, PROT_READ, MAP_PRIVATE, f, 0);
  close(f);
  mkfifo("a\\012b", 0644); /* what /proc/PID/maps shows for a<newline>b */
  int l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(l, (void*)&a, sizeof a);
  listen(l, 5);
  socklen_t n = sizeof a;
  getsockname(l, (void*)&a, &n);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  connect(s, (void*)&a, sizeof a);
  write(s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27 + 1 - 1);
  int ep = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN, .data.fd = s};
  epoll_ctl(ep, EPOLL_CTL_ADD, s, &e);
  uint64_t A = (uint64_t)loop;
  P32(loop, 64, ep);
  P64(loop, 176 + 8, A);
  P32(loop, 176 + 16, 1);
  P64(loop, 616 + 8, A);
  P32(loop, 616 + 16, 16);
  uint64_t T = (uint64_t)timer;
  P64(loop, 520, T + 104);
  P32(loop, 528, 1);
  P64(loop, 544, 1000);
  P64(timer, 8, A);
  P32(timer, 16, 13);
  P64(timer, 96, m + 16);
  P64(timer, 128, 1000 + 100000);
  pid_t self = getpid();
  if (fork() == 0) {
    usleep(secs * 1e6);
    kill(self, SIGKILL);
    int w = open("a\\012b", O_WRONLY | O_NONBLOCK);
    dprintf(1, "release: %s\n", w >= 0 ? "somebody was blocked in open()" : "nobody waited");
    unlink("a\\012b");
    unlink("a\nb");
    rmdir(dir);
    _exit(0);
  }
  void* volatile keep[8];
  for (int i = 0; i < 8; i++) keep[i] = loop;
  for (;;) {
    int r = epoll_wait(ep, &e, 1, 100000);
    if (r > 0) read(s, &e, 1);
    (void)keep[3];
  }
}
