/* Walking several strided arrays of one logical shape, row by row. */
#ifndef BALBOA_WALK_H
#define BALBOA_WALK_H

#include "internal.h"

#define BK_MAX_OPERANDS 8

/* Handles n elements along the innermost dim: pointer[k] addresses the first one of operand k (0 is the
 * output), the next one is stride[k] elements further. */
typedef void (*bk_row_fn)(int64_t n, char *const *pointer, const int64_t *stride);

typedef struct {
  int32_t operands, ndim;
  int64_t dims[BALBOA_MAX_DIMS];                       /* adjacent dims that all operands cross evenly are one */
  int64_t strides[BK_MAX_OPERANDS][BALBOA_MAX_DIMS];   /* elements */
  int32_t elem_size[BK_MAX_OPERANDS];                  /* bytes */
  char *base[BK_MAX_OPERANDS];
  bk_row_fn row;
} bk_walk;

/* Status of dims and of the presence of pointers; *total is the number of elements. */
int32_t bk_check_dims(int32_t ndim, const int64_t *dims, int64_t *total);

/* Runs row over out[dims] (contiguous, operand 0) and the inputs 1..operands-1 at their strides. */
int32_t bk_walk_run(int32_t operands, const int32_t *elem_size, int32_t ndim, const int64_t *dims, void *out,
                    const void *const *inputs, const int64_t *const *input_strides, int64_t grain, bk_row_fn row);

/* Runs a walk whose fields are all set and collapsed over its `total` > 0 elements. */
void bk_walk_all(bk_walk *w, int64_t total, int64_t grain);

/* Drops dims of one element and joins neighbours; strides[k] are those of operand k.
 * Returns the new ndim, 0 for a scalar. */
int32_t bk_collapse(int32_t operands, int32_t ndim, int64_t *dims, int64_t strides[][BALBOA_MAX_DIMS]);

#endif
