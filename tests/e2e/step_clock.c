/* Preloaded into the agent: the time of day is ahead by as many seconds as the file that STEP_CLOCK names says. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long step(void) {
  const char* path = getenv("STEP_CLOCK");
  char text[32] = "";
  const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  const long got = read(fd, text, sizeof(text) - 1);
  close(fd);
  return got > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
  if (clock == CLOCK_REALTIME) time->tv_sec += step();
  return 0;
}
