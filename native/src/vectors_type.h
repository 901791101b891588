/* Vectors of one element type: the including file defines T, NAME(x), and an integer type WHOLE of the same size. */

#if defined(__GNUC__)
typedef T NAME(vec) __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
typedef WHOLE NAME(lanes) __attribute__((vector_size(64)));
#else
typedef T NAME(vec);
#endif
enum { NAME(LANES) = sizeof(NAME(vec)) / sizeof(T), NAME(PANEL) = 2 * NAME(LANES) };
enum { NAME(SQUARES) = NAME(LANES) == 16 ? 4 : 3 };

/* x = the larger of x and y, lane by lane; x where y is NaN. */
BALBOA_INLINE void NAME(raise)(NAME(vec) * x, const NAME(vec) * y) {
#if defined(__GNUC__)
  const NAME(lanes) which = *y > *x;
  *x = (NAME(vec))(((NAME(lanes))*y & which) | ((NAME(lanes))*x & ~which));
#else
  *x = *y > *x ? *y : *x;
#endif
}

#if BALBOA_HAS_CLONES
/* Which lanes of two vectors make a third, for squares of s = 1, 2, 4 and 8: where e & s, lane e of the lower one is
 * lane e - s of the second vector and of the higher one lane e; elsewhere they are lanes e and e + s of the first. */
#define LOW(e, s) (e) & (s) ? NAME(LANES) + (e) - (s) : (e)
#define HIGH(e, s) (e) & (s) ? NAME(LANES) + (e) : (e) + (s)
#define EACH(f, s)                                                                                          \
  {f(0, s), f(1, s), f(2, s),  f(3, s),  f(4, s),  f(5, s),  f(6, s),  f(7, s), \
   f(8, s), f(9, s), f(10, s), f(11, s), f(12, s), f(13, s), f(14, s), f(15, s)}
static const _Alignas(64) WHOLE NAME(low)[4][16] = {EACH(LOW, 1), EACH(LOW, 2), EACH(LOW, 4), EACH(LOW, 8)};
static const _Alignas(64) WHOLE NAME(high)[4][16] = {EACH(HIGH, 1), EACH(HIGH, 2), EACH(HIGH, 4), EACH(HIGH, 8)};
#undef LOW
#undef HIGH
#undef EACH

/* Rows and columns of LANES vectors change places. */
BALBOA_INLINE void NAME(transpose)(NAME(vec) * x) {
#pragma GCC unroll 4
  for (int i = 0; i < NAME(SQUARES); i++) { /* exchanges squares of s by s beside the diagonal of those of 2 s by 2 s */
    const int s = 1 << i;
    const NAME(lanes) low = *(const NAME(lanes) *)NAME(low)[i], high = *(const NAME(lanes) *)NAME(high)[i];
#pragma GCC unroll 16
    for (int r = 0; r < NAME(LANES); r++) {
      if (!(r & s)) {
        const NAME(vec) a = x[r], b = x[r + s];
        x[r] = __builtin_shuffle(a, b, low);
        x[r + s] = __builtin_shuffle(a, b, high);
      }
    }
  }
}
#endif

/* to[r] = the sum of the lanes of x[r], or the largest of them, for LANES vectors, which it overwrites. */
BALBOA_INLINE void NAME(fold)(const int sum, NAME(vec) * x, T *to) {
#if BALBOA_HAS_CLONES
#pragma GCC unroll 4
  for (int i = NAME(SQUARES) - 1; i >= 0; i--) {
    const int s = 1 << i;
    const NAME(lanes) low = *(const NAME(lanes) *)NAME(low)[i], high = *(const NAME(lanes) *)NAME(high)[i];
#pragma GCC unroll 8
    for (int r = 0; r < s; r++) {
      const NAME(vec) a = __builtin_shuffle(x[r], x[r + s], low), b = __builtin_shuffle(x[r], x[r + s], high);
      x[r] = a;
      if (sum) {
        x[r] += b;
      } else {
        NAME(raise)(&x[r], &b);
      }
    }
  }
  *(NAME(vec) *)to = x[0];
#else
  for (int r = 0; r < NAME(LANES); r++) {
    const T *lane = (const T *)&x[r];
    to[r] = lane[0];
    for (int l = 1; l < NAME(LANES); l++) {
      to[r] = sum ? to[r] + lane[l] : to[r] > lane[l] ? to[r] : lane[l];
    }
  }
#endif
}
