/* A line of some length between this network namespace and another, in user space.
 *
 *   link NAMESPACE DEVICE DELAY_US BITS_PER_S BUFFER_BYTES
 *
 * Makes a TUN device of that name at either end and carries packets between them. Each is on its way for DELAY_US,
 * after it has been sent at BITS_PER_S (0: at once); one that finds BUFFER_BYTES waiting to be sent is dropped. Nothing
 * else gets lost, nothing is reordered. Prints "ready"; ends when its standard input does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MTU 1500
#define SLOTS (1u << 15) /* packets on their way in one direction; a power of two */

typedef long long nanoseconds;

struct packet {
  nanoseconds arrives;
  size_t bytes;
  unsigned char data[MTU];
};

/* One direction. A thread has it to itself. */
struct lane {
  int from, to;
  nanoseconds delay;
  double bytes_per_ns; /* 0: no cap */
  double buffer;
  nanoseconds sent; /* when the last bit so far is on the line */
  unsigned first, next;
  struct packet *packets;
};

static nanoseconds now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Takes one packet from the near device, if there is room for it. */
static int take(struct lane *lane) {
  struct packet *packet = &lane->packets[lane->next % SLOTS];
  ssize_t bytes = read(lane->from, packet->data, MTU);
  if (bytes <= 0) return 0;
  nanoseconds at = now();
  if (lane->bytes_per_ns > 0) {
    nanoseconds begins = lane->sent > at ? lane->sent : at;
    if ((begins - at) * lane->bytes_per_ns + bytes > lane->buffer) return 1;
    at = lane->sent = begins + (nanoseconds)(bytes / lane->bytes_per_ns);
  }
  packet->bytes = bytes;
  packet->arrives = at + lane->delay;
  lane->next++;
  return 1;
}

/* Hands over what has arrived; returns how long until the next packet does, or -1 if there is none. */
static nanoseconds deliver(struct lane *lane) {
  while (lane->first != lane->next) {
    struct packet *packet = &lane->packets[lane->first % SLOTS];
    nanoseconds left = packet->arrives - now();
    if (left > 0) return left;
    if (write(lane->to, packet->data, packet->bytes) < 0) { /* the device is down: so is the packet */
    }
    lane->first++;
  }
  return -1;
}

static void *run(void *argument) {
  struct lane *lane = argument;
  prctl(PR_SET_TIMERSLACK, 1UL);
  for (;;) {
    nanoseconds left = deliver(lane);
    struct timespec wait = {left / 1000000000, left % 1000000000};
    struct pollfd near = {.fd = lane->from, .events = lane->next - lane->first < SLOTS ? POLLIN : 0};
    if (ppoll(&near, 1, left < 0 ? NULL : &wait, NULL) > 0 && (near.revents & POLLIN))
      for (int i = 0; i < 32 && lane->next - lane->first < SLOTS && take(lane); i++) {
      }
  }
  return NULL;
}

static int device(const char *name) {
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, TUNSETIFF, &request) < 0) fail(name);
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fputs("usage: link NAMESPACE DEVICE DELAY_US BITS_PER_S BUFFER_BYTES\n", stderr);
    return 2;
  }
  int ends[2];
  ends[0] = device(argv[2]);
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", argv[1]);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) < 0) fail(path);
  ends[1] = device(argv[2]);
  for (int i = 0; i < 2; i++) {
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL || (lane->packets = calloc(SLOTS, sizeof *lane->packets)) == NULL) fail("memory");
    lane->from = ends[i];
    lane->to = ends[1 - i];
    lane->delay = atoll(argv[3]) * 1000;
    lane->bytes_per_ns = atof(argv[4]) / 8e9;
    lane->buffer = atof(argv[5]);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, lane) != 0) fail("thread");
  }
  puts("ready");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}
