/* Triangular solves, which LU factors need too. */
#ifndef BALBOA_SOLVE_H
#define BALBOA_SOLVE_H

#include "internal.h"

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112, UPPER = 121, LOWER = 122, NON_UNIT = 131, UNIT = 132 };
enum { LEFT = 141, RIGHT = 142 }; /* of cblas.h */

/* Multiply-adds below which a second thread does not pay. */
#define SERIAL_WORK (48.0 * 48 * 48)

typedef struct {
  balboa_dtrsm_routine trsm; /* for few right sides; may be NULL */
  balboa_dgemm_routine gemm;
  int upper, trans, unit;
  int64_t order, lda;
  const double *a;
} bk_triangle;

/* B = op(A)^-1 B for n right sides, row-major, on the calling thread. */
void bk_solve(const bk_triangle *t, int64_t n, double *b, int64_t ldb);

/* The grain at which so many right sides are shared among threads. */
int64_t bk_solve_grain(int64_t order, int64_t sides);

#endif
