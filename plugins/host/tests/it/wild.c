/* A detector and payment provider that does what no plugin may. What it does in detect() is the seq of the first frame; what
 * it does while it is loaded is chosen with -DFAULT=…; with WITHOUT_PAYMENT it is a detector only. */
#define _GNU_SOURCE
#include <facepay_plugin.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SOUND, WITHOUT_PAYMENT, CRASH_AT_LOAD, EXIT_AT_LOAD, CRASH_AT_ACTIVATE, TOUCH_FILES_AT_LOAD };
enum { ANSWER, CRASH, CRASH_ON_THREAD, ABORT, EXIT, LEAK, HANG, HANG_DEAF, PANIC, STRAY, NONSENSE, TRY, LOOK, THREADS, FLOOD };

#define STR(text) { text, sizeof(text) - 1 }

static const fp_host *host;
static int at_load = -1;

__attribute__((constructor)) static void loaded(void) {
  if (FAULT == CRASH_AT_LOAD) *(volatile int *)8 = 1;
  if (FAULT == EXIT_AT_LOAD) exit(7);
  if (FAULT == TOUCH_FILES_AT_LOAD) at_load = open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static void say(const fp_call *call, const char *why) {
  if (call->reason) call->reason->append(call->reason->ctx, why, strlen(why));
}

static void *crash(void *nothing) { *(volatile int *)8 = 1; return nothing; }
static void *count(void *number) { for (int i = 0; i < 1000; i++) ++*(volatile int *)number; return number; }

/* "name=errno" of everything that is to be refused; 0 = it was not. */
static void attempt(const fp_call *call) {
  char said[900] = "", one[64];
  char *const no_args[] = { NULL };
  struct rlimit more = { RLIM_INFINITY, RLIM_INFINITY };
  struct { const char *name; long got; int failed; } tried[32];
  int n = 0;
#define TRIED(what, call) (errno = 0, tried[n].name = what, tried[n].got = (long)(call), tried[n].failed = errno, n++)
  TRIED("passwd", open("/etc/passwd", O_RDONLY));
  TRIED("root", open("/", O_RDONLY | O_DIRECTORY));
  TRIED("memory", open("/proc/self/mem", O_RDWR));
  TRIED("create", open("/tmp/facepay-wild", O_CREAT | O_RDWR, 0600));
  TRIED("library", open("/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY));
  TRIED("unlink", unlink("/tmp/facepay-wild"));
  TRIED("inet", socket(AF_INET, SOCK_STREAM, 0));
  TRIED("unix", socket(AF_UNIX, SOCK_STREAM, 0));
  TRIED("fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  TRIED("clone3", syscall(SYS_clone3, NULL, 0));
  TRIED("exec", execve("/bin/true", no_args, no_args));
  TRIED("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
  TRIED("kill", kill(1, 0));
  TRIED("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
  TRIED("memfd", memfd_create("x", 0));
  TRIED("unshare", unshare(CLONE_NEWUSER));
  TRIED("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
  TRIED("rlimit", setrlimit(RLIMIT_NOFILE, &more));
  TRIED("bpf", syscall(SYS_bpf, 0, NULL, 0));
  TRIED("dumpable", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  TRIED("readv", syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0));
  TRIED("code", mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (int i = 0; i < n; i++) {
    snprintf(one, sizeof one, "%s=%d ", tried[i].name, tried[i].got == -1 ? tried[i].failed : 0);
    strncat(said, one, sizeof said - strlen(said) - 1);
  }
  say(call, said);
}

/* What of the host is to be seen: variables, descriptors, the limit of core dumps, what a constructor could open. */
static void look(const fp_call *call) {
  extern char **environ;
  char said[256];
  struct rlimit core;
  int variables = 0, files = 0;
  for (char **each = environ; each && *each; each++) variables++;
  for (int fd = 3; fd < 256; fd++) files += fcntl(fd, F_GETFD) >= 0;
  getrlimit(RLIMIT_CORE, &core);
  snprintf(said, sizeof said, "variables=%d files=%d core=%ld at_load=%d ", variables, files, (long)core.rlim_max, at_load);
  say(call, said);
}

static void flood(void) {
  const fp_host_log_v1 *log = host->get_extension(host, FP_HOST_LOG);
  for (int i = 0; i < 20000; i++) log->log(host, FP_LOG_ERROR, (fp_str)STR("flood"), NULL, 0);
}

static fp_status detect(void *self, const fp_call *call, const fp_frame_batch *frames, fp_out_array *out) {
  (void)self;
  uint64_t what = frames->frames[0].seq;
  fp_face face = { .struct_size = sizeof face, .w = 10, .h = 12, .score = 0.75f, .quality = 1 };
  pthread_t thread[4];
  int counted[4] = { 0 };
  switch (what) {
  case CRASH: crash(NULL); break;
  case CRASH_ON_THREAD:
    pthread_create(&thread[0], NULL, crash, NULL);
    pthread_join(thread[0], NULL);
    break;
  case ABORT: abort();
  case EXIT: exit(0);
  case LEAK:
    for (;;) {
      char *more = malloc(1 << 20);
      if (!more) abort();
      memset(more, 1, 1 << 20);
    }
  case HANG:
    while (!__atomic_load_n(call->cancel, __ATOMIC_ACQUIRE)) sched_yield();
    return FP_E_CANCELLED;
  case HANG_DEAF: for (;;) sched_yield();
  case PANIC: say(call, "index out of bounds"); return FP_E_PANIC;
  case STRAY: memset((char *)out->items - 1000, 0xAA, 64 << 20); break;
  case NONSENSE: face.x = NAN; break;
  case TRY: attempt(call); return FP_E_IO;
  case LOOK: look(call); return FP_E_IO;
  case THREADS:
    for (int i = 0; i < 4; i++)
      if (pthread_create(&thread[i], NULL, count, &counted[i])) { say(call, "no thread"); return FP_E_IO; }
    for (int i = 0; i < 4; i++) pthread_join(thread[i], NULL);
    if (counted[0] + counted[1] + counted[2] + counted[3] != 4000) return FP_E_INTERNAL;
    void *much = malloc(64 << 20);
    if (!much) { say(call, "no memory"); return FP_E_IO; }
    free(much);
    break;
  case FLOOD: flood(); break;
  }
  out->count = 1;
  if (out->capacity < 1) return FP_E_BUFFER_TOO_SMALL;
  memcpy(out->items, &face, sizeof face);
  return FP_OK;
}

/* "Live", and an error. */
static fp_status score(void *self, const fp_call *call, const fp_frame_batch *frames, const fp_face_batch *faces,
                       float *live_score, uint32_t n) {
  (void)self, (void)call, (void)frames, (void)faces;
  for (uint32_t i = 0; i < n; i++) live_score[i] = 1;
  return FP_E_INTERNAL;
}

static fp_status begin(void *self, const fp_call *call, const fp_pay_request *request, void **task) {
  static int operation;
  (void)self, (void)call, (void)request;
  *task = &operation;
  return FP_OK;
}
/* A first request; the answer to it kills the process. */
static fp_status step(void *self, const fp_call *call, void *task, const fp_event *event, fp_effect *next) {
  (void)self, (void)call, (void)task;
  if (event->kind != FP_EV_START) crash(NULL);
  *next = (fp_effect){ .struct_size = sizeof *next, .kind = FP_FX_HTTP, .endpoint = 0, .timeout_ms = 1000,
                       .method = STR("POST"), .path = STR("/pay") };
  return FP_OK;
}
static void end(void *self, void *task) { (void)self, (void)task; }

static fp_status activate(void *self, const fp_limits *limits, fp_writer *err) {
  (void)self, (void)limits, (void)err;
  if (FAULT == CRASH_AT_ACTIVATE) crash(NULL);
  return FP_OK;
}
static const fp_detector_v1 detector = { .struct_size = sizeof detector, .detect = detect };
static const fp_liveness_v1 liveness = { .struct_size = sizeof liveness, .score = score };
static const fp_payment_v1 payment = { .struct_size = sizeof payment, .ops_mask = 1u << FP_PAY_SALE, .begin = begin,
                                       .step = step, .end = end };
static const void *get_interface(void *self, const char *id) {
  (void)self;
  return !strcmp(id, FP_DETECTOR) ? (const void *)&detector : !strcmp(id, FP_LIVENESS) ? (const void *)&liveness
       : !strcmp(id, FP_PAYMENT) ? (const void *)&payment : NULL;
}
static const fp_plugin plugin = { .struct_size = sizeof plugin, .activate = activate, .get_interface = get_interface };

static const char *const interfaces[] = { FP_DETECTOR, FP_LIVENESS, FAULT == WITHOUT_PAYMENT ? NULL : FP_PAYMENT, NULL };
static const fp_descriptor descriptor_0 = {
  .struct_size = sizeof descriptor_0, .max_concurrency = 4, .id = STR("org.example.wild"), .version = STR("1.0.0"),
  .vendor = STR("Example"), .name = STR("Wild"), .licence = STR("MIT"), .interfaces = interfaces,
};
static uint32_t one(void) { return 1; }
static const fp_descriptor *descriptor(uint32_t index) { return index == 0 ? &descriptor_0 : NULL; }
static fp_status create(const fp_host *given, fp_str id, const fp_plugin **out, fp_writer *err) {
  (void)id, (void)err;
  host = given;
  *out = &plugin;
  return FP_OK;
}

const fp_entry facepay_plugin_entry = {
  .magic = FP_MAGIC, .struct_size = sizeof(fp_entry), .abi_major = FP_ABI_MAJOR, .abi_minor = FP_ABI_MINOR, .count = one,
  .descriptor = descriptor, .create = create,
};
