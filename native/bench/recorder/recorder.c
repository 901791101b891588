/*
 * Stands in for balboa_kernels, oneDNN and OpenBLAS: exports what Java calls while it computes, and hands every call on to
 * the real library, which it is linked to. While it records, it writes down the calls of one thread with all that they
 * are passed, and can then make them again, back to back: what the same calls take without Java between them.
 *
 * Which of the registers and stack slots a function takes its arguments from is never looked at: all of them are kept and
 * set again, by the calling convention of x86-64 on Linux (six registers for integers and pointers, eight for
 * floating-point numbers, the others in order on the stack).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))
#define FROM_ASSEMBLER __attribute__((visibility("hidden"), used))

enum { STACK = 16 };

typedef struct {
  int64_t r[6];
  double x[8];
} registers;

typedef int64_t (*any_function)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, double, double, double, double, double,
                                double, double, double, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                                int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t);

typedef struct {
  any_function function;
  int threads; /* that OpenMP may use in it */
  registers in;
  int64_t stack[STACK];
} call;

static const char *const function_names[] = {
#define X(name) #name,
#include "names.h"
#undef X
};

enum { FUNCTIONS = sizeof function_names / sizeof function_names[0] };

FROM_ASSEMBLER void *recorder_real[FUNCTIONS];
FROM_ASSEMBLER int recorder_on;
FROM_ASSEMBLER int64_t recorder_dispatch(int64_t function, const registers *in, const int64_t *stack);

/* Each function is its number in r11 and the common rest: straight on to the real one, or through recorder_dispatch. */
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define X(name)                                                                                                       \
  __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n  movl $" TEXT(__COUNTER__) ", %r11d\n"    \
          "  jmp recorder_enter\n.size " #name ", . - " #name "\n");
#include "names.h"
#undef X

__asm__(".text\n"
        "recorder_enter:\n"
        "  cmpl $0, recorder_on(%rip)\n"
        "  jne 1f\n"
        "  leaq recorder_real(%rip), %rax\n"
        "  jmp *(%rax,%r11,8)\n"
        "1:\n"
        "  pushq %rbp\n"
        "  movq %rsp, %rbp\n"
        "  subq $112, %rsp\n"
        "  movq %rdi, 0(%rsp)\n"
        "  movq %rsi, 8(%rsp)\n"
        "  movq %rdx, 16(%rsp)\n"
        "  movq %rcx, 24(%rsp)\n"
        "  movq %r8, 32(%rsp)\n"
        "  movq %r9, 40(%rsp)\n"
        "  movsd %xmm0, 48(%rsp)\n"
        "  movsd %xmm1, 56(%rsp)\n"
        "  movsd %xmm2, 64(%rsp)\n"
        "  movsd %xmm3, 72(%rsp)\n"
        "  movsd %xmm4, 80(%rsp)\n"
        "  movsd %xmm5, 88(%rsp)\n"
        "  movsd %xmm6, 96(%rsp)\n"
        "  movsd %xmm7, 104(%rsp)\n"
        "  movq %r11, %rdi\n"
        "  movq %rsp, %rsi\n"
        "  leaq 16(%rbp), %rdx\n"
        "  call recorder_dispatch\n"
        "  leave\n"
        "  ret\n");

static call *calls;
static int64_t count, capacity;
static pthread_t owner;
static _Thread_local int depth;

__attribute__((constructor)) static void find_functions(void) {
  static const char *const libraries[] = {"libbalboa_kernels.so", "libdnnl.so.3", "libopenblas.so.0"};
  for (int k = 0; k < 3; k++) {
    void *library = dlopen(libraries[k], RTLD_LAZY);
    for (int i = 0; library != NULL && i < FUNCTIONS; i++) {
      if (recorder_real[i] == NULL) {
        recorder_real[i] = dlsym(library, function_names[i]);
      }
    }
  }
  for (int i = 0; i < FUNCTIONS; i++) {
    if (recorder_real[i] == NULL) {
      fprintf(stderr, "recorder: no library has %s\n", function_names[i]);
      abort();
    }
  }
}

static int64_t make(const call *c) {
  const int64_t *r = c->in.r, *s = c->stack;
  const double *x = c->in.x;
  return c->function(r[0], r[1], r[2], r[3], r[4], r[5], x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], s[0], s[1], s[2],
                     s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]);
}

static void append(const call *c) {
  if (count == capacity) {
    capacity = capacity == 0 ? 1024 : 2 * capacity;
    calls = realloc(calls, (size_t)capacity * sizeof *calls);
    if (calls == NULL) {
      abort();
    }
  }
  calls[count++] = *c;
}

/* Makes a call, and writes it down if it comes from the thread that records and not from inside another call. */
int64_t recorder_dispatch(int64_t function, const registers *in, const int64_t *stack) {
  call c = {.threads = omp_get_max_threads(), .in = *in};
  memcpy(&c.function, &recorder_real[function], sizeof c.function);
  memcpy(c.stack, stack, sizeof c.stack);
  if (depth == 0 && pthread_equal(owner, pthread_self())) {
    append(&c);
  }
  depth++;
  const int64_t result = make(&c);
  depth--;
  return result;
}

/* Forgets what was recorded, and writes down what this thread calls from now on. */
EXPORTED void recorder_start(void);
/* Ends recording; the number of calls. */
EXPORTED int64_t recorder_stop(void);
/* Makes all calls so many times. */
EXPORTED void recorder_replay(int64_t times);

void recorder_start(void) {
  count = 0;
  owner = pthread_self();
  recorder_on = 1;
}

int64_t recorder_stop(void) {
  recorder_on = 0;
  return count;
}

void recorder_replay(int64_t times) {
  int threads = omp_get_max_threads();
  for (int64_t k = 0; k < times; k++) {
    for (int64_t i = 0; i < count; i++) {
      if (calls[i].threads != threads) {
        threads = calls[i].threads;
        omp_set_num_threads(threads);
      }
      make(&calls[i]);
    }
  }
}
