/* Work over a list of tensors as if they were one long array. */
#ifndef BALBOA_MULTI_H
#define BALBOA_MULTI_H

#include "internal.h"

/* Handles n elements of tensor `tensor` from element `first` on. */
typedef void (*bk_slice_fn)(const void *context, int64_t tensor, int64_t first, int64_t n);

/* Sum of the sizes; status of count and sizes. */
int32_t bk_multi_total(int64_t count, const int64_t *sizes, int64_t *total);

/* ERR_NULL when a tensor with elements has no address. */
int32_t bk_multi_check(int64_t count, const int64_t *sizes, const void *const *tensors);

/* The part [begin, end) of the long array, tensor by tensor. */
void bk_multi_slices(const int64_t *sizes, int64_t begin, int64_t end, bk_slice_fn fn, const void *context);

/* Everything, over threads. */
void bk_multi_run(int64_t total, const int64_t *sizes, int64_t grain, bk_slice_fn fn, const void *context);

#endif
