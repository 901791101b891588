/* Parameter updates with the semantics of PyTorch's torch.optim. */
#include <math.h>

#include "multi.h"

#define T float
#define SQRT sqrtf
#define NAME(x) x##_f32
#include "optimizer_type.h"
#undef T
#undef SQRT
#undef NAME
#define T double
#define SQRT sqrt
#define NAME(x) x##_f64
#include "optimizer_type.h"
