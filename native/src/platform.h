/* Compiler differences, kept in one place. */
#ifndef BALBOA_PLATFORM_H
#define BALBOA_PLATFORM_H

#if defined(_WIN32)
#include <windows.h>
#else
#include <sched.h>
#endif

/* BALBOA_CLONES compiles a function for three x86-64 levels and picks one when the library is loaded. Only GCC with
 * ELF ifunc support has it; everywhere else the function is compiled once for the target of the build. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) && !defined(BALBOA_NO_CLONES)
#define BALBOA_HAS_CLONES 1
#define BALBOA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BALBOA_HAS_CLONES 0
#define BALBOA_CLONES
#endif

#if defined(__GNUC__)
#define BALBOA_INLINE static inline __attribute__((always_inline, unused))
#else
#define BALBOA_INLINE static inline
#endif

/* BALBOA_SIMD promises that no iteration depends on another (arrays are equal or disjoint). BALBOA_SIMD_SUM(v) also
 * allows partial sums of v in vector lanes; BALBOA_SIMD_REDUCE_AND_FLAG also of a flag that is set with |. */
#if defined(_OPENMP) || defined(__GNUC__)
#define BALBOA_PRAGMA(x) _Pragma(#x)
#define BALBOA_SIMD BALBOA_PRAGMA(omp simd)
#define BALBOA_SIMD_REDUCE(op, ...) BALBOA_PRAGMA(omp simd reduction(op : __VA_ARGS__))
#define BALBOA_SIMD_REDUCE_AND_FLAG(op, flag, ...) \
  BALBOA_PRAGMA(omp simd reduction(op : __VA_ARGS__) reduction(| : flag))
#else
#define BALBOA_SIMD
#define BALBOA_SIMD_REDUCE(op, ...)
#define BALBOA_SIMD_REDUCE_AND_FLAG(op, flag, ...)
#endif

#if defined(__GNUC__)
#define BALBOA_UNROLL(n) BALBOA_PRAGMA(GCC unroll n)
#else
#define BALBOA_UNROLL(n)
#endif

/* Asks for a cache line that will be written; for one that will be read, into the second cache. */
#if defined(__GNUC__)
#define BALBOA_PREFETCH(address) __builtin_prefetch((address), 1)
#define BALBOA_PREFETCH_FAR(address) __builtin_prefetch((address), 0, 2)
#else
#define BALBOA_PREFETCH(address) ((void)0)
#define BALBOA_PREFETCH_FAR(address) ((void)(address))
#endif

/* In a loop that waits: lets the other hardware thread go first; gives the processor away. */
#if defined(__x86_64__)
#define BALBOA_RELAX() __builtin_ia32_pause()
#elif defined(__GNUC__) && defined(__aarch64__)
#define BALBOA_RELAX() __asm__ volatile("yield")
#else
#define BALBOA_RELAX() ((void)0)
#endif
#if defined(_WIN32)
#define BALBOA_YIELD() SwitchToThread()
#else
#define BALBOA_YIELD() sched_yield()
#endif

#endif
