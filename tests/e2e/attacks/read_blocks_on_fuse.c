// read-blocks-on-fuse HOLD_SECONDS: process_vm_readv of the agent faults on a page of a FUSE file whose server waits
// HOLD seconds
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static double hold;
static int reads;
static int ga(const char* p, struct stat* s, struct fuse_file_info* f) {
  memset(s, 0, sizeof *s);
  if (!strcmp(p, "/")) {
    s->st_mode = S_IFDIR | 0755;
    s->st_nlink = 2;
    return 0;
  }
  if (!strcmp(p, "/x")) {
    s->st_mode = S_IFREG | 0644;
    s->st_nlink = 1;
    s->st_size = 4096;
    return 0;
  }
  return -ENOENT;
}
static int op(const char* p, struct fuse_file_info* f) { return 0; }
static int rd(const char* p, char* b, size_t n, off_t o, struct fuse_file_info* f) {
  fprintf(stderr, "read %d\n", ++reads);
  if (reads > 1) usleep(hold * 1e6);
  memset(b, 0, n);
  struct timespec t = {100000, 0};
  if (o == 0) memcpy(b, &t, sizeof t);
  return n;
}
static struct fuse_operations ops = {.getattr = ga, .open = op, .read = rd};
static void* sleeper(void* m) {
  syscall(35, m, 0L);
  return 0;
}
int main(int c, char** v) {
  hold = c > 1 ? atof(v[1]) : 10;
  char mnt[200];
  snprintf(mnt, sizeof mnt, "%s/XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
  if (!mkdtemp(mnt)) {
    perror(mnt);
    return 1;
  }
  pid_t fs = fork();
  if (!fs) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    char* av[] = {"x", "-f", "-s", mnt, 0};
    return fuse_main(4, av, &ops, 0);
  }
  sleep(1);
  prctl(PR_SET_NAME, "evilfuse");
  char p[300];
  snprintf(p, 300, "%s/x", mnt);
  int f = open(p, O_RDONLY);
  if (f < 0) {
    perror(p);
    return 1;
  }
  char* m = mmap(0, 4096, PROT_READ, MAP_PRIVATE, f, 0);
  pthread_t t;
  pthread_create(&t, 0, sleeper, m);
  usleep(300000);
  madvise(m, 4096, MADV_DONTNEED);
  posix_fadvise(f, 0, 4096, POSIX_FADV_DONTNEED);
  close(f);
  int l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(l, (void*)&a, sizeof a);
  listen(l, 5);
  socklen_t n = sizeof a;
  getsockname(l, (void*)&a, &n);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  connect(s, (void*)&a, sizeof a);
  write(s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
  struct timeval tv = {3, 300000};
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, 0, 0);
  alarm(0);
  pid_t self = getpid();
  if (!fork()) {
    usleep(3300000 + hold * 1e6);
    kill(self, SIGKILL);
    kill(fs, SIGTERM);
    for (int i = 0; i < 100 && rmdir(mnt); i++) usleep(100000);
    _exit(0);
  }
  char b[9];
  read(s, b, 9);
  return 0;
}
