/* The functions of two variables that cost more than arithmetic. */
#ifndef BALBOA_BINARY_MATH_H
#define BALBOA_BINARY_MATH_H

#include "walk.h"

/* The row kernel of kinds ATAN2 to FLOOR_DIVIDE, f32 and f64; NULL for any other. */
bk_row_fn bk_binary_math(int32_t dtype, int32_t kind);

#endif
